"""The orders export of Shopify, as the shop's admin downloads it."""

from typing import Final

from ingest.formats.model import FileOf, ImportFormat
from ingest.sources import FileKind

FORMAT: Final = ImportFormat(
    name="shopify",
    label="a Shopify orders export",
    files={
        FileKind.ORDERS: FileOf(
            "a Shopify orders export",
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
    gift_cards_are_sales=False,
)
