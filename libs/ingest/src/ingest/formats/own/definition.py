"""The import format of the specification: orders, refunds, products and stock, a file each."""

from typing import Final

from common.http.wording import Wording
from ingest.formats.model import FileOf, ImportFormat
from ingest.formats.own.other_platforms import OTHER_PLATFORMS
from ingest.sources import FileKind

FORMAT: Final = ImportFormat(
    name="own",
    title="Our own format",
    label="our own columns",
    files={
        FileKind.ORDERS: FileOf(
            Wording("a file of order lines"),
            frozenset({"order_id", "line_id", "product_id", "quantity", "unit_price"}),
        ),
        FileKind.REFUNDS: FileOf(
            Wording("a file of refunds"), frozenset({"refund_id", "order_id", "processed_at"})
        ),
        FileKind.STOCK: FileOf(
            Wording("a file of stock counts"), frozenset({"product_id", "counted_at", "on_hand"})
        ),
        FileKind.PRODUCTS: FileOf(
            Wording("a file of products"), frozenset({"product_id", "title", "unit_cost"})
        ),
    },
    fallback=True,
    place=0,
    layouts=OTHER_PLATFORMS,
    prices_may_include_tax=True,
)
