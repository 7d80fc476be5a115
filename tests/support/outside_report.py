"""A process that finds a report type outside the tree, computes it, draws it and says so in JSON.

Arguments: the URLs of PostgreSQL and Redis, the tenant, and the window's two instants.
"""

import json
import sys
from datetime import datetime, timedelta

from redis import Redis

from common.db.engine import create_service_engine
from common.jobs.payloads import ComputeReport
from common.reports import registry
from common.reports.window import Window
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import (
    unpack_csv,
    unpack_document,
)
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.pages.assets import Assets
from report_viewer.pages.renderer import PageRenderer
from share_api.http.openapi import REPORT_SLUGS
from sharing.discord_command import subcommands
from worker.reports.compute import compute

SLUG = "sales-by-channel"


def main(database: str, broker: str, tenant_id: str, start: str, end: str) -> None:
    """Print the page, the CSV and the lists that the report must be in."""
    window = Window(datetime.fromisoformat(start), datetime.fromisoformat(end))
    job = ComputeReport(int(tenant_id), SLUG, window)
    redis = Redis.from_url(broker)
    engine = create_service_engine(database, application_name="outside")
    compute(engine, ReportCache(redis, keep_seconds=60), job)
    document, csv = map(bytes, redis.hmget(job.key.cached, ["document", "csv"]))  # type: ignore[arg-type]
    pages = PageRenderer(Assets(SecurityHeaders(https=False)))
    page = pages.report(
        unpack_document(document), token="TOKEN", expires_at=window.end + timedelta(days=7)
    )
    found = {
        "reports": list(registry.REPORTS),
        "subcommands": dict(subcommands()),
        "openapi": REPORT_SLUGS["enum"],
        "page": page.decode(),
        "csv": unpack_csv(csv).decode("utf-8-sig"),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
