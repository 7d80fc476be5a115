"""From a shop's sums to product performance."""

from collections.abc import Iterator

from common.reports.catalog.product_performance import in_pieces
from common.reports.catalog.product_performance.definition import csv_rows
from common.reports.catalog.product_performance.standing import ProductPerformance, Standing
from common.reports.model import Row
from common.reports.sales.catalogue import HELD
from common.reports.sales.dimensions import CATEGORY
from common.reports.sales.protocol import Sales


def query(sales: Sales) -> ProductPerformance | Standing:
    """Every product's totals in both windows, and what has come back of it.

    Of a shop with more than ``HELD`` products the sums and those in front, and the rest in pieces.
    """
    large = sales.catalogue(larger_than=HELD)
    margins = sales.margins() if sales.scope.costs else None
    if large is not None:
        return in_pieces.standing(large, sales.totals(CATEGORY), margins)
    return ProductPerformance(sales.products(), sales.come_back(), margins)


def rows(sales: Sales) -> Iterator[Row] | None:
    """The rows of a large shop's CSV; None of one whose products are held."""
    large = sales.catalogue(larger_than=HELD)
    return None if large is None else csv_rows(in_pieces.rows(large))
