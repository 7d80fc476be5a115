"""Shops on one server, and the same spread over three: every page and file is the same.

What would differ is held still: the clock of the process, and the moment that a server says it is.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from redis import Redis
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support.moved_tenants import fleet_of
from tests.support.rolled_up import give_back, sale
from tests.support.samples import Sample
from tests.support.sharded import Sharded

from accounts.provisioning import create_tenant
from common.db.engine import create_service_engine
from common.db.shards import HOME
from common.jobs.payloads import ComputeReport
from common.reports import registry
from common.reports.window import Period, window_of
from common.reports_cache.cache import ReportCache
from ingest.ledger.load import load_sales
from worker.reports import compute, scope

pytestmark = pytest.mark.anyio

SERVERS = (HOME, "east", "west")
EVERY_DAYS = (1, 2, 3, 4, 5)
SHOPS = len(SERVERS) * len(EVERY_DAYS)
"""Each way to sell comes to each server."""
REPORTS = [definition.slug for definition in registry.implemented()]
FILES = {"": BROWSER, "/csv": {}, "/data": {}}
Files = dict[tuple[int, str, str], bytes]
NOW = datetime(2031, 5, 2, 10, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
WINDOW = window_of(Period.MONTH, ZONE, now=NOW)
EXPIRES = NOW + timedelta(days=7)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """It is the same moment for the process, and for every server that is asked for it."""
    read = scope.read_state

    def read_at_noon(session: Session, tenant_id: int) -> scope.State:
        return read(session, tenant_id)._replace(moment=NOW)

    monkeypatch.setattr(scope, "read_state", read_at_noon)
    with time_machine.travel(NOW, tick=False):
        yield


def furnish(engine: Engine, number: int) -> int:
    """A shop that sold, and took back, another amount than every other shop each day."""
    slug = f"shop-{number}"
    tenant_id = create_tenant(
        engine, slug=slug, name=slug.title(), currency="EUR", timezone="Europe/Berlin", shard=HOME
    )
    price = 1000 + 7 * number
    lines = [
        sale(f"o{day}", NOW - timedelta(days=day), price + day, f"p{day % (number + 1)}")
        for day in range(1, 80, EVERY_DAYS[number % len(EVERY_DAYS)])
    ]
    refunds = [give_back("o1", NOW - timedelta(days=1), 100 + number)]
    load_sales(engine, tenant_id, order_lines=lines, refunds=refunds)
    return tenant_id


def link(tenant_id: int, report: str) -> Sample:
    """A link of a shop to a report; always the same."""
    link_id = UUID(int=tenant_id * 100 + REPORTS.index(report))
    return Sample(report, WINDOW, tenant_id=tenant_id, link_id=link_id, expires_at=EXPIRES)


async def everything(engine: Engine, redis: Redis, run: Run, tenants: list[int]) -> Files:
    """Each file of each report of each shop, computed anew by the workers' own function."""
    redis.flushdb()
    cache = ReportCache(redis, keep_seconds=600)
    files: Files = {}
    links = [link(tenant_id, report) for tenant_id in tenants for report in REPORTS]
    for each in links:
        compute.compute(engine, cache, ComputeReport(each.tenant_id, each.report, each.window))
        each.activate(redis)
    async with run() as client:
        for each in links:
            for path, headers in FILES.items():
                answer = await client.get(f"{each.path}{path}", headers=headers)
                assert answer.status_code == 200, answer.text
                files[each.tenant_id, each.report, path] = answer.content
    return files


def changed_lines(before: Files, after: Files) -> list[str]:
    """What is another line now, with the file it stands in; empty for the same files."""
    assert before.keys() == after.keys()
    changed: list[str] = []
    for file in (each for each, text in before.items() if text != after[each]):
        old, new = (
            files[file].decode("utf-8", "replace").splitlines() for files in (before, after)
        )
        changed += [f"{file} {line}" for line in unified_diff(old, new, n=0)]
    return changed


async def test_shops_on_three_servers_have_the_pages_they_had_on_one(
    three_servers: Sharded, redis_client: Redis, run: Run, clock: None
) -> None:
    home = create_service_engine(three_servers.service_urls[HOME], application_name="tests")
    tenants = [furnish(three_servers.engine, number) for number in range(SHOPS)]
    on_one = await everything(home, redis_client, run, tenants)
    home.dispose()
    with fleet_of(three_servers.owner_urls, redis_client) as fleet:
        for number in range(SHOPS):
            if SERVERS[number % 3] != HOME:
                fleet.move(SERVERS[number % 3], f"shop-{number}")
        held = [fleet.number(name, "SELECT count(*) FROM tenants") for name in SERVERS]
    assert held == [len(EVERY_DAYS)] * len(SERVERS)
    on_three = await everything(three_servers.engine, redis_client, run, tenants)
    assert len(on_three) == SHOPS * len(REPORTS) * len(FILES)
    assert changed_lines(on_one, on_three) == []
    first = {on_one[tenant_id, REPORTS[0], "/csv"] for tenant_id in tenants}
    assert len(first) == SHOPS, "no shop has the figures of another"
