"""WooCommerce's orders, as two exporters write them; its admin's own table has no prices."""

from typing import Final

from ingest.formats.model import FileOf, ImportFormat
from ingest.sources import FileKind

ROWS: Final = FileOf(
    "an export of Advanced Order Export For WooCommerce",
    frozenset({"order number", "order status", "order date", "item name"}),
)
_OLDER_ROWS: Final = FileOf(
    "an export of Advanced Order Export For WooCommerce, of an older version",
    frozenset({"order number", "order status", "order date", "name", "item cost"}),
)
ITEMS: Final = FileOf(
    "a WooCommerce orders export with line_item columns",
    frozenset({"order_id", "order_total", "order_currency", "line_item_1"}),
)
_NO_PRICES = "it has no prices of lines and no taxes; export with an order export plug-in"
_ANALYTICS: Final = FileOf(
    "the orders table of WooCommerce Analytics",
    frozenset({"order #", "status", "customer type", "items sold"}),
    refused=_NO_PRICES,
)
_ONE_COLUMN: Final = FileOf(
    "a WooCommerce orders export with all lines in one column",
    frozenset({"order_id", "order_total", "line_items", "shipping_items"}),
    refused="it is not read; export a row a product, or a column a line",
)
_BARE: Final = FileOf(
    "lines of WooCommerce orders without the orders' totals",
    frozenset({"order_id", "order_status", "line_item_name", "line_item_qty", "line_item_total"}),
    refused="it has no currency, tax, shipping and totals; export with an order export plug-in",
)

FORMAT: Final = ImportFormat(
    name="woocommerce",
    title="WooCommerce",
    label="a WooCommerce orders export",
    files={FileKind.ORDERS: ROWS},
    columns={
        "order_id": "Order Number",
        "line_id": None,
        "refund_id": None,
        "processed_at": None,
        "order_discount": None,
        "line_discount": None,
    },
    products_by_title=True,
    place=20,
    layouts=(_OLDER_ROWS, ITEMS, _ANALYTICS, _BARE, _ONE_COLUMN),
    rows_a_line=1024,
)
