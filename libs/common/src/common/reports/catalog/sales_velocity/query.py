"""From a shop's sums to sales velocity."""

from common.reports.catalog.sales_velocity.daily_rates import AVERAGE_DAYS
from common.reports.catalog.sales_velocity.velocity import SalesVelocity
from common.reports.sales.catalogue import HELD
from common.reports.sales.days import by_day, lead
from common.reports.sales.protocol import Sales


def query(sales: Sales) -> SalesVelocity:
    """The daily totals of both windows, and the products with what the stock counts say.

    Of a shop with more than ``HELD`` products those without a sale or reversal come in pieces.
    """
    days, previous_days = by_day(sales)
    large = sales.catalogue(larger_than=HELD)
    products = sales.products() if large is None else large.active()
    return SalesVelocity(
        days=days,
        previous_days=previous_days,
        lead=lead(sales, AVERAGE_DAYS - 1),
        products=products,
        on_hand=sales.on_hand(),
        empty_days=sales.empty_days(),
        uncovered=sales.uncovered(),
        idle=() if large is None else large.idle(),
        idle_products=0 if large is None else large.count() - len(products),
    )
