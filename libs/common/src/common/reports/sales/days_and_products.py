"""Totals by dimension put in the order, and to the completeness, that reports show them in."""

from collections.abc import Iterable
from datetime import date

from common.reports.sales.dimensions import DAY, PRODUCT
from common.reports.sales.protocol import Sales
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals, WindowTotals, total

_NOTHING = WindowTotals()


def by_day(sales: Sales) -> tuple[tuple[Totals, ...], tuple[Totals, ...]]:
    """The totals of each day of the window, and of each day of the previous one, in order."""
    scope, found = sales.scope, sales.totals(DAY)

    def of(days: Iterable[date]) -> tuple[Totals, ...]:
        # A link issued in another zone starts within a day, which then has a part in either window.
        return tuple(total(found.get(day, _NOTHING)) for day in days)

    return of(scope.window.dates(scope.zone)), of(scope.previous.dates(scope.zone))


def between(sales: Sales) -> tuple[Totals, ...]:
    """The totals of each day after the previous window and before the window, in order."""
    scope, found = sales.scope, sales.between()
    days, before = (len(each.dates(scope.zone)) for each in (scope.window, scope.previous))
    return tuple(found.get(day, Totals()) for day in scope.reach.dates(scope.zone)[before:-days])


def by_product(sales: Sales) -> tuple[ProductTotals, ...]:
    """Every product of the shop with its totals in both windows, in no particular order."""
    found = sales.totals(PRODUCT)
    return tuple(
        ProductTotals(*product, *found.get(key, _NOTHING))
        for key, product in sales.products().items()
    )
