"""From a shop's sums to a revenue overview."""

from common.reports.catalog.revenue_overview.definition import RevenueOverview
from common.reports.sales.days import by_day
from common.reports.sales.protocol import Sales


def query(sales: Sales) -> RevenueOverview:
    """The daily totals of both windows."""
    days, previous_days = by_day(sales)
    return RevenueOverview(days=days, previous_days=previous_days)
