"""The layout with a row an item: the order's columns as where an order is a row, on each row or on
its first, and the item's own beside them, as ``item_name`` and ``item_total``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ingest.csv.table import Cells, Table
from ingest.csv.values import BadValueError
from ingest.formats.model import Reading
from ingest.formats.woocommerce.item_columns import REQUIRED as OF_ITEMS
from ingest.formats.woocommerce.item_columns import SPELLINGS as OF_ORDERS
from ingest.formats.woocommerce.item_columns import ItemColumns
from ingest.formats.woocommerce.order import Order
from ingest.formats.woocommerce.order_rows import TWICE, Row, once
from ingest.formats.woocommerce.reconcile import Line

_PARTS: Final[Mapping[str, str]] = {
    "item_name": "name", "item_sku": "sku", "item_quantity": "quantity", "item_total": "total",
    "item_subtotal": "sub_total", "item_refunded": "refunded",
    "item_refunded_qty": "refunded_qty",
}  # fmt: skip
"""The item's columns, by what they are called where an item is a cell."""
REQUIRED: Final = OF_ITEMS - {"line_item_1"} | {"item_name", "item_quantity", "item_total"}
SPELLINGS: Final[Mapping[str, str]] = {**OF_ORDERS, "subtotal": "order_subtotal"}


class ItemRows(ItemColumns):
    """Reads it."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading, frozenset())
        self._width = len(self.record.names)
        self.names = (*self.record.names, *_PARTS)

    def orders(self, table: Table) -> Iterator[Order]:
        """The orders, whose rows follow each other."""
        rows: list[Row] = []
        for position, cells in table.read():
            if rows and cells[0].strip() and cells[0].strip() != rows[0][1][0].strip():
                yield from self._of(table, rows)
                rows = []
            rows.append((position, cells))
        if rows:
            yield from self._of(table, rows)

    def _of(self, table: Table, rows: Sequence[Row]) -> Iterator[Order]:
        position, first = rows[0]
        left_out = self.unsold(position, first)
        if left_out is not None:
            yield left_out
            return
        lines: list[Line] | None = []
        head = first[: self._width]
        for at, cells in rows:
            lines = self._with(table, at, cells, lines)
            if not self._agree(table, at, head, cells):
                lines = None
        order = self.order(table, position, head, lines)
        if order is None:
            return
        first_lines = once(order.head.sums, order.lines, [self._item(cells) for _, cells in rows])
        if first_lines is not None and len(order.lines) == len(rows):
            self._notes.add(TWICE, order.head.id)
            order = Order(order.head, first_lines)
        yield order

    def _item(self, cells: Cells) -> Cells:
        return cells[self._width :]

    def _with(
        self, table: Table, position: int, cells: Cells, lines: list[Line] | None
    ) -> list[Line] | None:
        """``lines`` and that of a row, if it has one; None where any is no value: it is noted."""
        item = self._item(cells)
        if not any(cell.strip() for cell in item):
            return lines
        parts = {name: cell.strip() for name, cell in zip(_PARTS.values(), item, strict=True)}
        try:
            line = self.line(position, len(lines or ()) + 1, parts)
        except BadValueError as error:
            table.fault(position, str(error), "item_name", parts["name"])
            return None
        return None if lines is None else [*lines, line]

    def _agree(self, table: Table, position: int, head: Cells, cells: Cells) -> bool:
        """Whether a row has the order's columns as the first has them, or has them not."""
        agreed = True
        for name, was, cell in zip(self.record.names, head, cells, strict=False):
            if cell.strip() and was.strip() != cell.strip():
                reason = f"differs from {was.strip()!r} on another row of the order"
                table.fault(position, f"{reason}: is it in the file twice?", name, cell)
                agreed = False
        return agreed
