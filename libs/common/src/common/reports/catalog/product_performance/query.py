"""From a shop's sums to product performance."""

from common.reports.catalog.product_performance.in_pieces import standing
from common.reports.catalog.product_performance.standing import ProductPerformance, Standing
from common.reports.sales.catalogue import HELD
from common.reports.sales.protocol import Sales


def query(sales: Sales) -> ProductPerformance | Standing:
    """Every product's totals in both windows, and what has come back of it.

    Of a shop with more than ``HELD`` products the sums and those in front, and the rest in pieces.
    """
    large = sales.catalogue(larger_than=HELD)
    if large is not None:
        return standing(large)
    return ProductPerformance(products=sales.products(), come_back=sales.come_back())
