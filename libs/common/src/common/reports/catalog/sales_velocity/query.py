"""From a shop's sums to sales velocity."""

from common.reports.catalog.sales_velocity.definition import SalesVelocity
from common.reports.sales.protocol import Sales


def query(sales: Sales) -> SalesVelocity:
    """The daily totals of both windows, and the products with what the stock counts say."""
    days, previous_days = sales.by_day()
    return SalesVelocity(
        days=days,
        previous_days=previous_days,
        products=sales.by_product(),
        on_hand=sales.on_hand(),
        empty_days=sales.empty_days(),
    )
