"""The receipts of a till: one row a line, in whole minor units, the tax beside."""

from ingest.formats.model import FileOf, ImportFormat
from ingest.sources import FileKind

FORMAT = ImportFormat(
    name="till",
    label="the receipts of a till",
    files={
        FileKind.ORDERS: FileOf(
            "the receipts of a till",
            frozenset({"receipt", "rung up at", "article", "pieces", "each", "receipt total"}),
        )
    },
    columns={"order_id": "Receipt", "line_id": None, "unit_price": "Each"},
    products_by_title=True,
)
