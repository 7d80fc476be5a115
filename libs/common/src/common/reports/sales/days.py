"""The sums of each day: those without events too, in the order that reports show them in."""

from typing import Final

from common.reports.sales.dimensions import DAY
from common.reports.sales.protocol import Sales
from common.reports.totals.totals import Totals, WindowTotals

_NOTHING: Final = WindowTotals()


def by_day(sales: Sales) -> tuple[tuple[Totals, ...], tuple[Totals, ...]]:
    """The totals of each day of the window, and of each day of the previous one, in order."""
    scope, found = sales.scope, sales.totals(DAY)
    days, before = scope.window.dates(scope.zone), scope.previous.dates(scope.zone)
    return (
        tuple(found.get(day, _NOTHING).now for day in days),
        tuple(found.get(day, _NOTHING).previous for day in before),
    )


def lead(sales: Sales, days: int) -> tuple[Totals, ...]:
    """The totals of each of so many days right before the window, in order."""
    scope, found = sales.scope, sales.lead(days)
    dates = scope.window.lead(days, scope.zone).dates(scope.zone)
    return tuple(found.get(day, _NOTHING.now) for day in dates)
