"""From a shop's sums to product performance."""

from common.reports.catalog.product_performance.definition import ProductPerformance
from common.reports.sales.protocol import Sales


def query(sales: Sales) -> ProductPerformance:
    """Every product's totals in both windows, and what has come back of it."""
    return ProductPerformance(products=sales.products(), come_back=sales.come_back())
