"""A product with its sums in both windows: the row that product tables start from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from common.reports.document.metrics import Figure, Unit
from common.reports.totals.totals import Totals, WindowTotals, window_total

PRODUCT_ID = Figure("product_id", "Product id", Unit.TEXT, "The shop's own id of the product.")
PRODUCT = Figure("product", "Product", Unit.TEXT, "The product's title.")
SKU = Figure("sku", "SKU", Unit.TEXT, "Stock keeping unit, where the shop gave one.")
CATEGORY = Figure("category", "Category", Unit.TEXT, "The product's category, where given.")

_NOTHING = Totals()

IDENTITY = (PRODUCT_ID, PRODUCT, SKU, CATEGORY)


class ProductTotals(msgspec.Struct, frozen=True, gc=False):
    """One product of the shop; ``previous`` are its totals in the previous window.

    The totals of a product have no orders, shipping or tax: those belong to whole orders.
    """

    product_id: str
    title: str
    sku: str | None
    category: str | None
    totals: Totals
    previous: Totals

    @property
    def identity(self) -> tuple[str, str, str | None, str | None]:
        """The cells of ``IDENTITY``."""
        return (self.product_id, self.title, self.sku, self.category)


def sums_by_category(sold: Iterable[ProductTotals]) -> Mapping[str | None, WindowTotals]:
    """The sums of products by category, those without one under None.

    A category in which nothing happened in either window is left out.
    """
    parts: dict[str | None, list[ProductTotals]] = defaultdict(list)
    for each in sold:
        if each.totals != _NOTHING or each.previous != _NOTHING:
            parts[each.category].append(each)
    return {category: window_total(each) for category, each in parts.items()}
