"""The orders export of Shopify, as the shop's admin downloads it."""

from typing import Final

from common.http.wording import Wording
from ingest.formats.model import FileOf, ImportFormat
from ingest.sources import FileKind

_NO_LINES: Final = "it has no products and taxes; export the orders"
_OTHERS: Final = (
    FileOf(
        "an export of transactions of Shopify",
        frozenset({"order", "name", "kind", "gateway"}),
        refused=_NO_LINES,
    ),
    FileOf(
        "an export of payouts of Shopify",
        frozenset({"transaction date", "order", "payout status", "net"}),
        refused=_NO_LINES,
    ),
    FileOf(
        "a products export of Shopify",
        frozenset({"handle", "title", "variant sku", "variant price"}),
        refused="it has no sales; export the orders",
    ),
)

FORMAT: Final = ImportFormat(
    name="shopify",
    title="Shopify",
    label="a Shopify orders export",
    files={
        FileKind.ORDERS: FileOf(
            Wording("a Shopify orders export"),
            frozenset({"lineitem quantity", "lineitem name", "lineitem price"}),
        )
    },
    columns={
        "order_id": "Name",
        "line_id": None,
        "refund_id": None,
        "processed_at": "Cancelled at",
        "order_discount": "Discount Amount",
        "line_discount": "Lineitem discount",
    },
    products_by_title=True,
    place=10,
    layouts=_OTHERS,
    gift_cards_are_sales=False,
)
