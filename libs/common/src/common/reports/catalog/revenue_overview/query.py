"""From a shop's sums to a revenue overview."""

from common.reports.catalog.revenue_overview.definition import RevenueOverview
from common.reports.sales.days import by_day
from common.reports.sales.protocol import Sales
from common.reports.totals.reversals import Reversals


def query(sales: Sales) -> RevenueOverview:
    """The daily totals of both windows, and what each day took back by kind."""
    days, previous_days = by_day(sales)
    scope, found = sales.scope, sales.reversals()
    nothing = Reversals()
    return RevenueOverview(
        days=days,
        previous_days=previous_days,
        reversals=tuple(found.get(day, nothing) for day in scope.window.dates(scope.zone)),
        previous_reversals=tuple(
            found.get(day, nothing) for day in scope.previous.dates(scope.zone)
        ),
    )
