"""Rollups are exact by marks: no write is missed, whoever meets whom."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text
from tests.support import wait

from accounts.provisioning import create_tenant
from common.db.tenancy import Access, snapshot, transaction
from common.jobs.payloads import ComputeReport
from common.reports.sales import dimensions
from common.reports.sales.days import between, by_day
from common.reports.sales.from_ledger import LedgerSales
from common.reports.sales.from_rollups import RolledUpSales
from common.reports.sales.protocol import Sales
from common.reports.window import Period, window_of
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow, RefundRow
from worker.reports import rollup_refresh
from worker.reports.scope import read_scope
from worker.reports.snapshot import read

NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
WINDOW = window_of(Period.MONTH, ZONE, now=NOW)
positions = count(1)


@pytest.fixture
def tenant_id(service_engine: Engine) -> int:
    return create_tenant(
        service_engine, slug="shop", name="Shop", currency="EUR", timezone="Europe/Berlin"
    )


def sale(order: str, at: datetime, price: int = 1000, product: str = "p") -> OrderLineRow:
    facts: dict[str, Any] = dict.fromkeys(OrderLineRow._fields)
    facts |= {
        "position": next(positions),
        "order_id": order,
        "placed_at": at,
        "paid_at": at,
        "order_discount": 0,
        "shipping": 5,
        "tax": 3,
        "line_id": "1",
        "product_id": product,
        "quantity": 1,
        "unit_price": price,
        "remainder": 0,
        "line_discount": 0,
    }
    return OrderLineRow(**facts)


def give_back(order: str, at: datetime, amount: int) -> RefundRow:
    return RefundRow(next(positions), f"r-{order}", order, "1", at, "return", 1, amount, 0, 0)


def job(tenant_id: int) -> ComputeReport:
    return ComputeReport(tenant_id, "revenue-overview", WINDOW)


def check(engine: Engine, tenant_id: int) -> Sales:
    """The report reads what the events say, and says which way it went."""
    with read(engine, job(tenant_id)) as (scope, sales):
        assert isinstance(sales, RolledUpSales)
        found = {by: sales.totals(by) for by in dimensions.ALL}
        products = set(sales.products())
        days_between = sales.between()
    with snapshot(engine, Access(tenant_id=tenant_id)) as session:
        scope = read_scope(session, tenant_id, WINDOW)
        straight = LedgerSales(session, scope)
        assert found == {by: straight.totals(by) for by in dimensions.ALL}
        assert products == set(straight.products())
        assert days_between == straight.between()
    return sales


def test_the_days_between_the_windows_are_of_neither(
    service_engine: Engine, tenant_id: int
) -> None:
    """Thirty days are compared with those 35 days before: five days lie between."""
    first = WINDOW.dates(ZONE)[0]
    noon = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
    lines = [sale(f"o{back}", noon - timedelta(days=back)) for back in range(-1, 38)]
    load_sales(service_engine, tenant_id, order_lines=lines)
    check(service_engine, tenant_id)
    with read(service_engine, job(tenant_id)) as (_, sales):
        now, before = by_day(sales)
        gap, (product,) = between(sales), sales.products()
    assert [sum(day.orders for day in part) for part in (now, before, gap)] == [2, 30, 5]
    assert (product.totals.units_sold, product.previous.units_sold) == (2, 30)


def marks(engine: Engine, tenant_id: int) -> set[date]:
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return set(session.scalars(text("SELECT day FROM dirty_days")))


def test_a_write_marks_its_local_days_and_a_report_takes_them(
    service_engine: Engine, tenant_id: int
) -> None:
    late = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # 00:30 of the 10th in Berlin
    load_sales(service_engine, tenant_id, order_lines=[sale("a", late)])
    assert marks(service_engine, tenant_id) == {date(2026, 3, 10)}
    check(service_engine, tenant_id)
    assert marks(service_engine, tenant_id) == set()
    refund = give_back("a", late + timedelta(days=5), 400)
    load_sales(service_engine, tenant_id, refunds=[refund])
    assert date(2026, 3, 15) in marks(service_engine, tenant_id)
    check(service_engine, tenant_id)


def test_an_order_that_moves_marks_the_day_it_left(service_engine: Engine, tenant_id: int) -> None:
    day = datetime(2026, 3, 9, 12, tzinfo=UTC)
    load_sales(service_engine, tenant_id, order_lines=[sale("a", day)])
    check(service_engine, tenant_id)
    load_sales(service_engine, tenant_id, order_lines=[sale("a", day + timedelta(days=9))])
    assert marks(service_engine, tenant_id) == {date(2026, 3, 9), date(2026, 3, 18)}
    check(service_engine, tenant_id)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders SET shipping = shipping + 1",
        "UPDATE order_lines SET unit_price = unit_price + 1",
        "UPDATE refunds SET amount = amount - 1",
        "DELETE FROM refunds",
        "DELETE FROM orders",
    ],
)
def test_whatever_writes_marks(service_engine: Engine, tenant_id: int, statement: str) -> None:
    day = datetime(2026, 3, 9, 12, tzinfo=UTC)
    load_sales(
        service_engine, tenant_id, order_lines=[sale("a", day)], refunds=[give_back("a", day, 9)]
    )
    check(service_engine, tenant_id)
    with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
        session.execute(text(statement))
    assert marks(service_engine, tenant_id) == {date(2026, 3, 9)}
    check(service_engine, tenant_id)


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


def test_another_zone_rebuilds(service_engine: Engine, tenant_id: int) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    lines = [sale(f"o{n}", start + timedelta(hours=7 * n)) for n in range(80)]
    load_sales(service_engine, tenant_id, order_lines=lines)
    check(service_engine, tenant_id)
    with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
        session.execute(text("UPDATE tenants SET timezone = 'Asia/Kolkata'"))
    window = window_of(Period.MONTH, ZoneInfo("Asia/Kolkata"), now=NOW)
    moved = ComputeReport(tenant_id, "revenue-overview", window)
    with read(service_engine, moved) as (scope, sales):
        assert isinstance(sales, RolledUpSales)
        days = by_day(sales)
    with read(service_engine, job(tenant_id)) as (_, old_link):
        assert isinstance(old_link, LedgerSales), "its days are not days of the new zone"
    with snapshot(service_engine, Access(tenant_id=tenant_id)) as session:
        assert days == by_day(LedgerSales(session, scope))


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


def somebody_waits(owner: Engine) -> bool:
    """Whether a connection to this database waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with owner.connect() as connection:
        return bool(connection.scalar(waiting))


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


def test_a_shop_that_never_rests_is_read_from_its_events(
    service_engine: Engine, tenant_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_sales(service_engine, tenant_id, order_lines=[sale("a", datetime(2026, 3, 9, tzinfo=UTC))])
    monkeypatch.setattr(rollup_refresh, "refresh", lambda *_, **__: 0)
    with read(service_engine, job(tenant_id)) as (_, sales):
        assert isinstance(sales, LedgerSales)
        assert sum(t.gross for t in by_day(sales)[0]) == 1000
