"""The layout of Advanced Order Export: a row an order's product, the order's columns on the first
row only or on all.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from common.http.wording import Wording
from ingest.csv.damaged_ids import DamagedIds, rounded
from ingest.csv.notes import ROUNDED
from ingest.csv.table import Cells, Table
from ingest.csv.values import BadValueError
from ingest.formats.model import Reading
from ingest.formats.woocommerce.booked_refunds import BookedRefund
from ingest.formats.woocommerce.definition import FORMAT
from ingest.formats.woocommerce.export_columns import records_of
from ingest.formats.woocommerce.export_values import head_of, line_of
from ingest.formats.woocommerce.order import Head, Order
from ingest.formats.woocommerce.order_rows import OF_SUMS, TWICE, OrderRows, Row, once
from ingest.formats.woocommerce.reconcile import Line
from ingest.formats.woocommerce.refund_rows import RefundRows
from ingest.formats.woocommerce.row_of_sums import RowOfSums
from ingest.formats.woocommerce.unsold import unsold

_NUMBER, _STATUS = 0, 1
_PRICES: Final = ("Item Cost", "Order Line Total")


class ExportRows:
    """Reads it."""

    def __init__(self, reading: Reading) -> None:
        self.order, self.line = records_of(reading.currency, reading.timezone)
        self.names = (*self.order.names, *self.line.names)
        self._faults, self._notes = reading.faults, reading.notes
        self._rows = OrderRows(self.order)
        self._refunds = RefundRows(self.order, self.line, reading.timezone, reading.notes)
        self._skus = DamagedIds("SKU", reading.notes)
        self._sums = RowOfSums(self._refunds.line, len(self.line.names))

    def orders(self, table: Table) -> Iterator[Order | BookedRefund]:
        """The orders and the refunds, whose rows follow each other."""
        rows: list[Row] = []
        for position, cells in table.read():
            if table.present.isdisjoint(_PRICES):
                table.fault(1, f"is missing, and so is {_PRICES[1]}: one is needed", _PRICES[0])
                self._faults.blind.add(table.name)
                return
            number = cells[_NUMBER].strip()
            if not number and self._rows.of_totals(cells):
                self._notes.tell(OF_SUMS.format(position))
                continue
            self._sums.add(cells)
            if not number and not rows:
                table.fault(position, "has no Order Number, and no order is before it", value="")
                continue
            if number and rows and self._begins(rows[0][1], cells):
                yield from self._told(table, rows)
                rows = []
            rows.append((position, cells))
        if rows:
            yield from self._told(table, rows, last=True)

    def _begins(self, first: Cells, cells: Cells) -> bool:
        """Whether a row with a number is of another order, or refund, than that of ``first``."""
        if cells[_NUMBER].strip() != first[_NUMBER].strip():
            return True
        back = self._refunds.begins(cells)
        if back and self._refunds.begins(first):
            return not self._refunds.same(first, cells)
        return back or self._refunds.begins(first)

    def _told(
        self, table: Table, rows: Sequence[Row], *, last: bool = False
    ) -> Iterator[Order | BookedRefund]:
        if not self._refunds.begins(rows[0][1]):
            yield from self._order(table, rows, last=last)
            return
        refund = self._refunds.read(table, rows)
        if refund is None:
            self._faults.suspect(table.name, rows[0][1][_NUMBER].strip())
        elif refund.money:
            yield refund

    def _order(
        self, table: Table, all_rows: Sequence[Row], *, last: bool = False
    ) -> Iterator[Order]:
        position, first = all_rows[0]
        number = first[_NUMBER].strip()
        left_out = unsold(position, number, first[_STATUS])
        if left_out is not None and self._rows.unsold(all_rows):
            yield left_out
            return
        found = self._rows.goods(table, all_rows)
        if found is None:
            self._faults.suspect(table.name, number)
            return
        head, rows = found
        try:
            values = dict(zip(self.order.names, self.order.values(head), strict=True))
        except BadValueError:
            self.order.explain(table, position, head)
            values = {}
        if values and values["Order Date"] is None:
            table.fault(position, Wording("is empty"), "Order Date", "")
            values = {}
        lines, codes = self._lines(table, rows)
        if not values or lines is None:
            self._faults.suspect(table.name, number)
            return
        less = "Quantity" not in table.present and "Quantity (- Refund)" in table.present
        order = head_of(position, values, codes)
        if rounded(number):
            self._notes.add(ROUNDED, number)
        if last:
            self._leave_sums_out(all_rows, order, lines)
        yield Order(order, self._once(order, lines), less)

    def _leave_sums_out(
        self, rows: Sequence[Row], order: Head, lines: list[tuple[Line, Cells]]
    ) -> None:
        """Take those of the last order's ``lines`` away whose ``rows`` are of sums."""
        first = self._sums.first(rows, order.sums, [line for line, _ in lines])
        if first is not None:
            for line, _ in lines[first:]:
                self._notes.tell(OF_SUMS.format(line.position // FORMAT.rows_a_line))
            del lines[first:]

    def _once(self, order: Head, lines: Sequence[tuple[Line, Cells]]) -> tuple[Line, ...]:
        """The lines of an order, once where its rows stand in the file several times."""
        told = tuple(line for line, _ in lines)
        first = once(order.sums, told, [cells for _, cells in lines])
        if first is None:
            return told
        self._notes.add(TWICE, order.id)
        return first

    def _lines(
        self, table: Table, rows: Sequence[Row]
    ) -> tuple[list[tuple[Line, Cells]] | None, dict[str, None]]:
        """The lines of an order with their cells, None where one cannot be read; and its codes."""
        lines: list[tuple[Line, Cells]] = []
        codes: dict[str, None] = {}
        complete = True
        for at, cells in rows:
            try:
                told = dict(zip(self.line.names, self.line.values(cells), strict=True))
            except BadValueError:
                self.line.explain(table, at, cells)
                complete = False
                continue
            if told["Coupon Code"]:
                codes[told["Coupon Code"]] = None
            if not (told["Item Name"] or told["SKU"]):
                continue
            clash = self._skus.clash(told["SKU"] or "", told["Item Name"] or "")
            if clash is not None:
                table.fault(at, clash, "SKU", told["SKU"])
                complete = False
            lines.append((line_of(at, len(lines) + 1, told), cells))
        return lines if complete else None, codes
