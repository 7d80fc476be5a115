"""Rows of a product's sums as totals."""

from collections.abc import Sequence
from typing import Any, Final

from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals

_NOTHING: Final = Totals()


def product_totals(row: Sequence[Any]) -> ProductTotals:
    """A row of id, title, SKU, category and both windows' sums, null where nothing happened."""
    # By place, not by name: this runs for each product of a shop.
    product_id, title, sku, category = row[:4]
    totals, previous = line_totals(row[4:9]), line_totals(row[9:14])
    return ProductTotals(product_id, title, sku, category, totals, previous)


def line_totals(sums: Sequence[int | None]) -> Totals:
    """The totals of a product's sums, which are null where nothing happened."""
    # Of an outer join all sums are there or none, which the type does not say.
    return _NOTHING if sums[0] is None else Totals(0, *sums)  # type: ignore[arg-type]
