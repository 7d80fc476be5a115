"""The ways to a report's numbers, timed in turn so that a slow moment of the machine hits all."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from statistics import median
from typing import Any, Final

from benchmarks.compute.databases import Database
from benchmarks.compute.duck import Duck, DuckSales
from benchmarks.compute.shops import END, Shop
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from common.db.tenancy import Access, snapshot
from common.reports import queries, registry
from common.reports.model import Scope
from common.reports.sales.days import by_day
from common.reports.sales.from_ledger import LedgerSales
from common.reports.sales.from_rollups import RolledUpSales
from common.reports.sales.protocol import Sales
from common.reports.window import Period, window_of
from worker.reports.scope import read_scope

PRODUCT: Final = "product"
IN_SERVER: Final = "its SQL alone"
LEDGER: Final = "straight SQL"
DUCK: Final = "DuckDB"
STEP: Final = timedelta(days=4)
"""Each round's windows end so much earlier: seven rounds meet windows evenly spread over the ways
that one can lie in blocks of 28 days."""


@dataclass(frozen=True, slots=True)
class Size:
    """One number of orders, in PostgreSQL and as Parquet."""

    database: Database
    duck: Duck


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A report of a shop over a period, at a size, in one of the ways."""

    orders: int
    shop: int
    days: int
    slug: str
    way: str


def measure(sizes: Sequence[Size], shop: Shop, period: Period, rounds: int) -> dict[Cell, float]:
    """The median milliseconds of each way to each report, warm.

    Raises:
        AssertionError: two ways differ in a number.
    """
    taken: dict[Cell, list[float]] = defaultdict(list)
    for number in range(rounds):
        window = window_of(period, shop.zone, now=END - STEP * number)
        for size in sizes:
            with snapshot(size.database.service, Access(tenant_id=shop.id)) as session:
                scope = read_scope(session, shop.id, window)
                for (slug, way), milliseconds in _round(session, scope, size.duck):
                    cell = Cell(size.database.orders, shop.id, period.days, slug, way)
                    taken[cell].append(milliseconds)
    return {cell: median(times) for cell, times in taken.items()}


def _round(session: Session, scope: Scope, duck: Duck) -> Iterator[tuple[tuple[str, str], float]]:
    rolled_up, straight = RolledUpSales(session, scope), LedgerSales(session, scope)
    fast = DuckSales(duck, scope)
    agree(rolled_up, straight, fast)
    for definition in registry.implemented():
        slug = definition.slug
        yield (slug, PRODUCT), best(_running(slug, rolled_up))
        yield (slug, IN_SERVER), server_milliseconds(session.connection(), slug, rolled_up)
        yield (slug, DUCK), best(_running(slug, fast))
        yield (slug, LEDGER), best(_running(slug, straight))


def agree(*ways: Sales) -> None:
    """Fail unless every number of both windows is the same, by day and by product."""
    days, *other_days = [by_day(way) for way in ways]
    by_id = attrgetter("product_id")
    products, *other_products = [sorted(way.products(), key=by_id) for way in ways]
    assert all(each == days for each in other_days)
    assert all(each == products for each in other_products)
    assert sum(day.net for day in days[0]) == sum(product.totals.net for product in products)
    assert sum(day.net for day in days[1]) == sum(product.previous.net for product in products)


def _running(slug: str, sales: Sales) -> Callable[[], float]:
    return lambda: once(lambda: queries.run(slug, sales))


def once(action: Callable[[], object]) -> float:
    """The milliseconds that ``action`` takes."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def best(action: Callable[[], float]) -> float:
    """The best of several calls that each say their milliseconds.

    As many as fit into a fifth of a second, two at least: bursts of a neighbour seldom meet all.
    """
    taken: list[float] = []
    while len(taken) < 2 or (len(taken) < 7 and sum(taken) < 200):
        taken.append(action())
    return min(taken)


def server_milliseconds(connection: Connection, slug: str, sales: Sales) -> float:
    """What the report's statements take in the server, with planning and writing the rows out."""
    with _statements(connection) as statements:
        queries.run(slug, sales)
    driver: Any = connection.connection.driver_connection

    def explained() -> float:
        taken = 0.0
        for statement, parameters in statements:
            explain = (
                f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, SERIALIZE, FORMAT JSON) {statement}"
            )
            ((plan,),) = driver.execute(explain, parameters).fetchone()
            taken += plan["Planning Time"] + plan["Execution Time"]
        return taken

    return best(explained)


@contextmanager
def _statements(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Collects what is sent to the server meanwhile."""
    seen: list[tuple[str, Any]] = []

    def collect(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        seen.append((statement, parameters))

    event.listen(connection.engine, "before_cursor_execute", collect)
    try:
        yield seen
    finally:
        event.remove(connection.engine, "before_cursor_execute", collect)
