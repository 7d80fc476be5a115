"""WooCommerce's orders, as two exporters write them; its admin's own table has no prices."""

from typing import Final

from ingest.formats.model import FileOf, ImportFormat
from ingest.formats.woocommerce.column_labels import COLUMNS
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
ITEM_ROWS: Final = FileOf(
    "a WooCommerce orders export with a row an item",
    frozenset({"order_id", "order_total", "order_currency", "item_name", "item_total"}),
)
_NO_PRICES = "it has no prices of lines and no taxes; export with an order export plug-in"
_ANALYTICS: Final = FileOf(
    "the orders table of WooCommerce Analytics",
    frozenset({"order #", "status", "customer type", "items sold"}),
    refused=_NO_PRICES,
)
_REVENUE: Final = FileOf(
    "the revenue table of WooCommerce Analytics",
    frozenset({"date", "orders", "gross sales", "returns", "coupons", "net sales", "total sales"}),
    refused="it has sums of days and no orders; export with an order export plug-in",
)
_OTHER: Final = "it is not read; export a row an item, or a column a line"
_ONE_COLUMN: Final = FileOf(
    "a WooCommerce orders export with all lines in one column",
    frozenset({"order_id", "order_total", "line_items", "shipping_items"}),
    refused=_OTHER,
)
_MANY_COLUMNS: Final = FileOf(
    "a WooCommerce orders export with several columns a line",
    frozenset({"order_id", "order_total", "order_currency", "line_item_1_name"}),
    refused=_OTHER,
)
_BARE: Final = FileOf(
    "lines of WooCommerce orders without the orders' totals",
    frozenset({"order_id", "order_status", "line_item_name", "line_item_qty", "line_item_total"}),
    refused="it has no currency, tax, shipping and totals; export with an order export plug-in",
)
_NO_LINES: Final = FileOf(
    "a WooCommerce orders export without lines",
    frozenset({"order_id", "order_total", "order_currency", "shipping_items", "tax_items"}),
    refused="it has no goods; export the line items too, a row an item or a column a line",
)
_OTHER_LANGUAGE: Final = FileOf(
    "an export of Advanced Order Export For WooCommerce with names in another language",
    frozenset({"* #", "*(- *)"}),
    refused="name the fields in English in the plug-in's list of fields, as Order Number, Order"
    " Status, Order Date, Item Name, Quantity, Item Cost and Order Total Amount",
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
    layouts=(
        *(_OLDER_ROWS, ITEMS, ITEM_ROWS),
        *(_ANALYTICS, _REVENUE, _BARE, _ONE_COLUMN, _MANY_COLUMNS, _NO_LINES, _OTHER_LANGUAGE),
    ),
    rows_a_line=1024,
    labels=COLUMNS,
)
