"""The service beside a later version's schema: ready and at work as long as that serves it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from redis import Redis
from tests.integration.share_api.conftest import Serve, World, assert_problem, share_id
from tests.support.later_versions import migrate_later

from common.db import revisions
from common.jobs.payloads import ComputeReport
from common.reports import registry
from common.reports.window import Period, window_of
from common.reports_cache.cache import ReportCache
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow
from worker.links.revocation_sweep import sweep_revocations
from worker.reports.compute import compute

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
PAID = NOW - timedelta(days=2)
LINE = OrderLineRow(
    position=1, order_id="o1", line_id="1", placed_at=PAID, paid_at=PAID,
    channel="web", customer_id=None, country=None, region=None, coupon_code=None,
    order_discount=0, shipping=0, tax=0, product_id="P1", product_title=None,
    category=None, quantity=1, unit_price=1000, line_discount=0,
)  # fmt: skip


def control_a_link(client: httpx.Client) -> None:
    """Issue a link, list it, revoke it."""
    issued = client.post("/api/admin/analytics/sales-velocity/share", json={"period": "7d"})
    entry = share_id(issued)
    listed = client.get("/api/admin/analytics/shares").json()["items"]
    assert [each["id"] for each in listed] == [entry]
    assert client.delete(f"/api/admin/analytics/shares/{entry}").status_code == 204
    assert client.get("/api/admin/analytics/shares").json()["items"][0]["state"] == "revoked"


def test_services_work_on_a_later_schema_that_serves_them(
    owner_url: str, serve: Serve, world: World, redis_client: Redis
) -> None:
    service = serve()
    with service.admin() as client:
        assert client.get("/readyz").status_code == 200
        migrate_later(owner_url, serves=revisions.head())
        assert client.get("/readyz").status_code == 200, "under way, and not told"
        control_a_link(client)
    with serve().admin() as client:  # as after a rollback
        assert client.get("/readyz").status_code == 200
    version = load_sales(world.engine, world.berlin, order_lines=[LINE]).version
    cache = ReportCache(redis_client, keep_seconds=600)
    window = window_of(Period.WEEK, ZoneInfo("Europe/Berlin"), now=NOW)
    for definition in registry.implemented():
        job = ComputeReport(world.berlin, definition.slug, window)
        assert compute(world.engine, cache, job).data_version == version
    assert sweep_revocations(world.engine, redis_client, now=datetime.now(UTC)) == 0


@pytest.mark.usefixtures("world")
def test_a_later_schema_that_does_not_serve_them_is_told(owner_url: str, serve: Serve) -> None:
    migrate_later(owner_url, serves="9998")
    with serve().client() as client:
        problem = assert_problem(client.get("/readyz"), 503)
        assert client.get("/healthz").status_code == 200
    assert "serves versions from 9998 on" in problem["detail"]
    assert revisions.head() in problem["detail"]
