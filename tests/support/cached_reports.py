"""Reports put into the cache as a worker would."""

from redis import Redis
from tests.support.samples import finished

from common.instants import now
from common.reports import registry
from common.reports.window import Window
from common.reports_cache.cache import (
    ReportCache,
    ReportKey,
)
from common.reports_cache.report_fields import (
    Meta,
    pack,
)
from worker.reports import csv_export


def make_ready(redis: Redis, tenant_id: int, report: str, window: Window) -> ReportKey:
    """Cache a report; its key."""
    made = finished(report, window)
    columns = registry.find(report).columns
    packed = csv_export.write(columns, made.rows, made.document.money_exponent)
    meta = Meta(made.document.as_of, made.document.data_version, now(), "report.csv")
    key = ReportKey(tenant_id, report, window)
    ReportCache(redis, keep_seconds=600).store(key, pack(meta, made.document, packed))
    return key
