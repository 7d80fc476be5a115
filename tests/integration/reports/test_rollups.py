"""Rollups are exact by marks: no write is missed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text
from tests.support.rolled_up import NOW, WINDOW, ZONE, check, give_back, job, marks, sale

from common.db.tenancy import Access, snapshot, transaction
from common.jobs.payloads import ComputeReport
from common.reports.comparison import Comparison
from common.reports.sales.days import by_day, lead
from common.reports.sales.from_ledger import LedgerSales
from common.reports.sales.from_rollups import RolledUpSales
from common.reports.window import Period, start_of_day, window_of
from ingest.ledger.load import load_sales
from worker.reports import rollup_refresh
from worker.reports.snapshot import read


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
        led, (product,) = lead(sales, 6), sales.products()
    assert [sum(day.orders for day in part) for part in (now, before, led)] == [2, 30, 6]
    assert (product.totals.units_sold, product.previous.units_sold) == (2, 30)


@pytest.mark.parametrize("comparison", Comparison)
@pytest.mark.parametrize("edge", range(4))
def test_where_the_server_cuts_a_day_elsewhere_nothing_kept_is_read(
    service_engine: Engine,
    tenant_id: int,
    monkeypatch: pytest.MonkeyPatch,
    comparison: Comparison,
    edge: int,
) -> None:
    """At either end of the window, and of last year's, whichever it is compared with."""
    asked = job(tenant_id, comparison)
    with read(service_engine, asked) as (_, sales):
        assert isinstance(sales, RolledUpSales)
    windows = (WINDOW, WINDOW.last_year(ZONE))
    edges = [dates[n] for dates in (each.dates(ZONE) for each in windows) for n in (0, -1)]
    moved = edges[edge] + timedelta(days=edge % 2)  # the day past the last one

    def cut(day: date, zone: ZoneInfo) -> datetime:
        return start_of_day(day, zone) + timedelta(hours=day == moved)

    monkeypatch.setattr(rollup_refresh, "start_of_day", cut)
    with read(service_engine, asked) as (_, sales):
        assert isinstance(sales, LedgerSales)


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


def test_a_shop_that_never_rests_is_read_from_its_events(
    service_engine: Engine, tenant_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_sales(service_engine, tenant_id, order_lines=[sale("a", datetime(2026, 3, 9, tzinfo=UTC))])
    monkeypatch.setattr(rollup_refresh, "refresh", lambda *_, **__: 0)
    with read(service_engine, job(tenant_id)) as (_, sales):
        assert isinstance(sales, LedgerSales)
        assert sum(t.gross for t in by_day(sales)[0]) == 1000
