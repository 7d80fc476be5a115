"""From a shop's sums to sales velocity."""

from common.reports.catalog.sales_velocity.definition import SalesVelocity
from common.reports.sales.days import between, by_day
from common.reports.sales.protocol import Sales


def query(sales: Sales) -> SalesVelocity:
    """The daily totals of both windows, and the products with what the stock counts say."""
    days, previous_days = by_day(sales)
    return SalesVelocity(
        days=days,
        previous_days=previous_days,
        between=between(sales),
        products=sales.products(),
        on_hand=sales.on_hand(),
        empty_days=sales.empty_days(),
    )
