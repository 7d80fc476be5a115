"""Reports put into the cache as a worker would."""

from redis import Redis
from tests.support.samples import finished

from common.instants import now
from common.reports import registry
from common.reports.redacting import redacted
from common.reports.redaction import NOTHING, Redaction
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


def make_ready(
    redis: Redis, tenant_id: int, report: str, window: Window, hidden: Redaction = NOTHING
) -> ReportKey:
    """Cache a report without what is hidden of it; its key."""
    made = redacted(registry.find(report), finished(report, window), hidden)
    packed = csv_export.write(made.columns, made.rows, made.document.money_exponent)
    meta = Meta(made.document.as_of, made.document.data_version, now(), "report.csv")
    key = ReportKey(tenant_id, report, window, hidden=hidden)
    ReportCache(redis, keep_seconds=600).store(key, pack(meta, made.document, packed))
    return key
