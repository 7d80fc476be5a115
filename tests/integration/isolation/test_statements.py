"""Every statement on a tenant's table says whose rows it means, beside the policy that holds it.

By row-level security alone a statement is right and cannot be sent to the one server that has the
tenant's rows.
"""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import Engine, text
from tests.integration.share_api.conftest import (
    Serve,
    World,
    as_served,
    patient,
    ring,
    secret,
    serve,
    share_id,
    world,
)
from tests.integration.share_api.test_frozen_links import path_of, sell
from tests.support import inboxes, routed
from tests.support.jobs_worker import working
from tests.support.rolled_up import give_back, sale
from tests.support.webhook_burst import burst

from accounts import members
from accounts.tenant_settings import set_timezone
from common import instants
from common.db.audit import COMMAND_LINE
from common.db.tenancy import Access, TenantDb, transaction
from common.jobs.payloads import ComputeReport
from common.reports import registry
from common.reports.comparison import Comparison
from common.reports.window import Period, window_of
from common.reports_cache.cache import ReportCache
from ingest.ledger.load import load_sales
from ingest.webhooks.connections import list_connections
from ingest.webhooks.dead_letters import list_dead_letters
from ingest.webhooks.inbox import clear
from ingest.webhooks.work import work_off
from worker.links.revocation_sweep import sweep_revocations
from worker.reports.compute import compute

__all__ = ["as_served", "patient", "ring", "secret", "serve", "world"]


@pytest.fixture
def offenders(owner_engine: Engine, world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    routed.without_policies(owner_engine)
    with routed.watched(monkeypatch) as found:
        yield found


def told(offenders: dict[str, set[str]]) -> str:
    return "\n\n".join(f"{sorted(tables)}: {said}" for said, tables in offenders.items())


def test_the_watcher_sees_what_names_no_tenant(
    world: World, offenders: dict[str, set[str]]
) -> None:
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        session.execute(text("SELECT id FROM orders WHERE external_id = 'a'"))
        session.execute(text("DELETE FROM refunds"))
    assert [*offenders.values()] == [{"orders"}, {"refunds"}]


def test_loads_and_reports(
    world: World, redis_client: Redis, offenders: dict[str, set[str]]
) -> None:
    now, db = instants.now(), TenantDb(world.engine, world.berlin)
    paid = now - timedelta(days=3)
    for price in (1000, 1000, 1500):
        load_sales(
            world.engine,
            world.berlin,
            order_lines=[sale("a", paid, price), sale("b", paid, price)],
            refunds=[give_back("a", paid + timedelta(hours=1), price - 1)],
            products_by_title=True,
        )
    cache = ReportCache(redis_client, keep_seconds=600)
    zone = ZoneInfo("Europe/Berlin")
    for definition in registry.implemented():
        for comparison in Comparison:
            window = window_of(Period.WEEK, zone, now=now)
            compute(
                world.engine,
                cache,
                ComputeReport(world.berlin, definition.slug, window, comparison=comparison),
            )
    set_timezone(world.engine, tenant="berlin", timezone="Asia/Tokyo", author=COMMAND_LINE)
    members.remove_member(
        TenantDb(world.engine, world.tokyo), world.admins["ben"], author=COMMAND_LINE, at=now
    )
    assert members.list_members(db)
    assert not offenders, told(offenders)


def test_links(
    world: World, serve: Serve, redis_client: Redis, offenders: dict[str, set[str]]
) -> None:
    service = serve()
    sell(world, world.berlin, "first", service.container.issuing.jobs)
    with working(world.engine, redis_client), service.admin() as anna:
        for frozen in (True, False):
            address = "/api/admin/analytics/revenue-overview/share"
            issued = anna.post(address, json={"frozen": frozen})
            assert path_of(issued).startswith("/api/reports/")
            entry = f"/api/admin/analytics/shares/{share_id(issued)}"
            assert anna.get("/api/admin/analytics/shares").status_code == 200
            assert anna.delete(entry).status_code == 204
        assert anna.post("/api/admin/analytics/shares/revoke-all").status_code == 200
    sweep_revocations(world.engine, redis_client, now=instants.now())
    assert not offenders, told(offenders)


def test_events_of_webhooks(world: World, offenders: dict[str, set[str]]) -> None:
    connection = inboxes.connect(world.engine, world.berlin)
    db, at = TenantDb(world.engine, world.berlin), instants.now()
    _, events = burst(3)
    inboxes.put(world.engine, world.berlin, connection, events)
    assert work_off(world.engine, world.berlin).done == len(events)
    assert list_connections(db)
    assert list_dead_letters(db, most=9) == ()
    assert clear(db, before=at) == 0
    assert not offenders, told(offenders)
