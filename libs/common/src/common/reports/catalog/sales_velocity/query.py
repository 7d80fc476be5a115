"""From a shop's sums to sales velocity."""

from common.reports.catalog.sales_velocity.definition import SalesVelocity
from common.reports.sales import Sales


def query(sales: Sales) -> SalesVelocity:
    """The daily totals of both windows, and the products, fastest first, with what is on hand."""
    days, previous_days = sales.by_day()
    products = sorted(
        sales.by_product(), key=lambda product: (-product.totals.units_sold, product.product_id)
    )
    return SalesVelocity(
        days=days,
        previous_days=previous_days,
        products=tuple(products),
        on_hand=sales.on_hand(),
    )
