"""A shop whose sums are kept: its sales, what is marked of them, and what a report then reads."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from common.db.tenancy import Access, snapshot, transaction
from common.jobs.payloads import ComputeReport
from common.reports.comparison import Comparison
from common.reports.sales import dimensions
from common.reports.sales.from_ledger import LedgerSales
from common.reports.sales.from_rollups import RolledUpSales
from common.reports.sales.protocol import Sales
from common.reports.totals.reversals import Reversals
from common.reports.window import Period, window_of
from ingest.rows import OrderLineRow, RefundRow
from worker.reports.scope import read_scope
from worker.reports.snapshot import read

NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
WINDOW = window_of(Period.MONTH, ZONE, now=NOW)
positions = count(1)


def sale(order: str, at: datetime, price: int = 1000, product: str = "p") -> OrderLineRow:
    """A line that is sold once, of an order of its own."""
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
    """A return of an order's line."""
    return RefundRow(next(positions), f"r-{order}", order, "1", at, "return", 1, amount, 0, 0)


def job(tenant_id: int, comparison: Comparison = Comparison.PREVIOUS) -> ComputeReport:
    """The computation that reads the sums."""
    return ComputeReport(tenant_id, "revenue-overview", WINDOW, comparison=comparison)


def check(engine: Engine, tenant_id: int) -> Sales:
    """The report reads what the events say, whatever it is compared with.

    The sums are those beside the days before.
    """
    _check(engine, job(tenant_id, Comparison.LAST_YEAR))
    return _check(engine, job(tenant_id))


def _check(engine: Engine, asked: ComputeReport) -> Sales:
    with read(engine, asked) as (scope, sales):
        assert isinstance(sales, RolledUpSales)
        found = {by: sales.totals(by) for by in dimensions.ALL}
        products = set(sales.products())
        led, reversed_ = sales.lead(6), _any(sales.reversals())
    with snapshot(engine, Access(tenant_id=asked.tenant_id)) as session:
        scope = read_scope(session, asked.tenant_id, WINDOW, comparison=asked.comparison)
        straight = LedgerSales(session, scope)
        assert found == {by: straight.totals(by) for by in dimensions.ALL}
        assert products == set(straight.products())
        assert (led, reversed_) == (straight.lead(6), _any(straight.reversals()))
    return sales


def _any(reversals: Mapping[date, Reversals]) -> dict[date, Reversals]:
    """Those of days that have some: others may be left out."""
    return {day: each for day, each in reversals.items() if each.whole}


def marks(engine: Engine, tenant_id: int) -> set[date]:
    """The days whose sums are to be made anew."""
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return set(session.scalars(text("SELECT day FROM dirty_days")))
