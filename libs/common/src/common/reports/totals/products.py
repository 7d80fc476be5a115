"""A product with its sums in both windows: the row that product tables start from."""

import msgspec

from common.reports.document.metrics import Figure, Unit
from common.reports.totals.totals import Totals

PRODUCT_ID = Figure("product_id", "Product id", Unit.TEXT, "The shop's own id of the product.")
PRODUCT = Figure("product", "Product", Unit.TEXT, "The product's title.")
SKU = Figure("sku", "SKU", Unit.TEXT, "Stock keeping unit, where the shop gave one.")
CATEGORY = Figure("category", "Category", Unit.TEXT, "The product's category, where given.")

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
