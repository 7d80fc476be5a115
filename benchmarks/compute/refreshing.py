"""What keeping the sums costs: a whole shop at once, one day of it, a view that finds it undone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from statistics import median

from benchmarks.compute.databases import Database
from benchmarks.compute.generate import vacuum
from benchmarks.compute.shops import END, LARGEST, MEDIAN, SHOPS, Shop
from benchmarks.compute.ways import once
from sqlalchemy import Engine, text

from common.db.tenancy import Access, transaction
from common.jobs.payloads import ComputeReport
from common.reports import queries
from common.reports.window import Period, window_of
from worker.reports import rollup_refresh
from worker.reports.snapshot import read

SUMS = ("daily_sales", "product_sales", "dirty_days")


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took, in milliseconds."""

    what: str
    shop: Shop
    milliseconds: float


def refresh_all(database: Database) -> list[Cost]:
    """Sum every marked day of every shop; the costs of those that had any."""
    costs = []
    for shop in SHOPS:
        if marked(database.service, shop):
            # Called at once, before the loop goes on.
            taken = once(lambda: rollup_refresh.refresh(database.service, shop.id))  # noqa: B023 - called at once
            costs.append(Cost("all 730 days", shop, taken))
    if costs:
        vacuum(database.owner, *SUMS)
    return costs


def marked(service: Engine, shop: Shop) -> bool:
    """Whether any day of the shop waits for a refresh."""
    with transaction(service, Access(tenant_id=shop.id)) as session:
        return bool(rollup_refresh.marked(session, shop.id, [(date.min, date.max)]))


def dirty_costs(database: Database, rounds: int) -> Iterator[Cost]:
    """One dirty day, and first views of 90 days that find one day, or all days, to be summed."""
    for shop in (LARGEST, MEDIAN):
        window = window_of(Period.QUARTER, shop.zone, now=END)
        days = [*window.previous(shop.zone).dates(shop.zone), *window.dates(shop.zone)]
        for what, dirty, action in (
            (
                "refresh of one dirty day",
                1,
                lambda s: rollup_refresh.refresh(database.service, s.id),
            ),
            ("first view, nothing dirty", 0, lambda s: _view(database.service, s)),
            ("first view, one dirty day", 1, lambda s: _view(database.service, s)),
            ("first view, all 180 days dirty", 180, lambda s: _view(database.service, s)),
        ):
            taken = []
            for number in range(rounds):
                chosen = days if dirty == len(days) else [days[-1 - 5 * number % len(days)]][:dirty]
                _mark(database.service, shop, chosen)
                taken.append(once(lambda: action(shop)))  # noqa: B023 - called at once
            yield Cost(what, shop, median(taken))
            vacuum(database.owner, *SUMS)


def _view(service: Engine, shop: Shop) -> None:
    """What the worker does for a first view, up to the report's result."""
    window = window_of(Period.QUARTER, shop.zone, now=END)
    with read(service, ComputeReport(shop.id, "product-performance", window)) as (_, sales):
        queries.run("product-performance", sales)


def _mark(service: Engine, shop: Shop, days: list[date]) -> None:
    with transaction(service, Access(tenant_id=shop.id)) as session:
        session.execute(
            text(
                "INSERT INTO dirty_days (tenant_id, day) SELECT :id, unnest(CAST(:days AS date[]))"
            ),
            {"id": shop.id, "days": days},
        )
