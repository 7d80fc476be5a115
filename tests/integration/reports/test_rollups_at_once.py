"""Rollups are exact when writers and refreshes meet, whoever meets whom."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, text
from tests.support import wait
from tests.support.lock_waits import somebody_waits
from tests.support.rolled_up import check, job, marks, sale

from common.db.tenancy import Access, transaction
from common.reports.sales.days import by_day
from ingest.ledger.load import load_sales
from worker.reports import rollup_refresh
from worker.reports.snapshot import read


def test_a_writer_that_commits_after_a_refresh_keeps_its_mark(
    service_engine: Engine, tenant_id: int
) -> None:
    """The interleaving that loses marks kept as one row a day: here both writers have their own."""
    day = datetime(2026, 3, 9, 12, tzinfo=UTC)
    load_sales(service_engine, tenant_id, order_lines=[sale("a", day)])
    with transaction(service_engine, Access(tenant_id=tenant_id)) as writer:
        writer.execute(text("UPDATE order_lines SET unit_price = 7000"))  # marked, not committed
        check(service_engine, tenant_id)  # refreshes the day without the writer's rows
        assert marks(service_engine, tenant_id) == set()
    assert marks(service_engine, tenant_id) == {date(2026, 3, 9)}
    check(service_engine, tenant_id)


def test_a_change_of_zone_waits_for_writers(
    service_engine: Engine, owner_engine: Engine, tenant_id: int
) -> None:
    late = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
    load_sales(service_engine, tenant_id, order_lines=[sale("a", late)])
    moved = threading.Event()

    def move() -> None:
        with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
            session.execute(text("UPDATE tenants SET timezone = 'America/New_York'"))
        moved.set()

    with transaction(service_engine, Access(tenant_id=tenant_id)) as writer:
        writer.execute(text("UPDATE order_lines SET unit_price = 7000"))
        thread = threading.Thread(target=move)
        thread.start()
        wait.until(lambda: somebody_waits(owner_engine), "a wait for the writer")
        assert not moved.is_set()
    thread.join(wait.PATIENCE_SECONDS)
    assert moved.is_set()
    assert marks(service_engine, tenant_id) == {date(2026, 3, 9)}, "the day as New York counts"


def test_writers_and_refreshers_at_once_lose_nothing(
    service_engine: Engine, tenant_id: int
) -> None:
    start = datetime(2026, 3, 5, tzinfo=UTC)
    load_sales(
        service_engine,
        tenant_id,
        order_lines=[sale(f"o{n}", start + timedelta(hours=n)) for n in range(50)],
    )
    errors: list[BaseException] = []

    def repeat(times: int, action: Callable[[random.Random], None], seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - a test's dice
        try:
            for _ in range(times):
                action(chance)
        except BaseException as error:  # noqa: BLE001 - shown by the main thread
            errors.append(error)

    def write(chance: random.Random) -> None:
        with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
            session.execute(
                text("UPDATE order_lines SET unit_price = :price WHERE order_id % 7 = :part"),
                {"price": chance.randint(1, 10**6), "part": chance.randrange(7)},
            )

    def refresh(_: random.Random) -> None:
        rollup_refresh.refresh(service_engine, tenant_id)

    def report(_: random.Random) -> None:
        with read(service_engine, job(tenant_id)) as (_scope, sales):
            days, _previous = by_day(sales)
            products = sales.products()
            assert sum(t.gross for t in days) == sum(p.totals.gross for p in products)

    threads = [
        threading.Thread(target=repeat, args=(25, action, seed))
        for seed, action in enumerate([write, write, refresh, report])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(wait.PATIENCE_SECONDS)
    assert not errors
    check(service_engine, tenant_id)
