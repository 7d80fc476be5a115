"""Rows of refunds in the export with a row a product: a refund by what the rows themselves say.

The exporter writes a refund as it writes an order: with the number of the order that it is of, its
own date, and with sums and quantities below nothing. Where its rows stand says nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, Final
from zoneinfo import ZoneInfo

from common.http.wording import Wording
from ingest.csv.notes import Notes
from ingest.csv.records import Record
from ingest.csv.table import Cells, Table
from ingest.csv.values import BadValueError
from ingest.formats.allocate import spread
from ingest.formats.woocommerce.booked_refunds import BookedRefund, Goods, product_of
from ingest.formats.woocommerce.cell_values import UNSOLD, signed, status_of
from ingest.formats.woocommerce.definition import FORMAT
from ingest.formats.woocommerce.export_values import line_of
from ingest.formats.woocommerce.order_rows import OF_SUMS, Row
from ingest.formats.woocommerce.reconcile import Line

_MINUS: Final = ("-", "−", "(")
_COUNTS: Final = ("Quantity", "Quantity (- Refund)")
_TOTAL: Final = "Order Total Amount"
_OF_ONE: Final = ("Order Number", "Order Date", _TOTAL)


class RefundRows:
    """Reads them; ``order`` and ``line`` are the columns of a row, in turn."""

    def __init__(self, order: Record, line: Record, timezone: str, notes: Notes) -> None:
        told = dict(zip(line.names, line.converters, strict=True))
        told |= {name: signed(told[name]) for name in _COUNTS}
        self.line = Record(told)
        self._order, self._notes = order, notes
        self._zone = UTC if timezone == "UTC" else ZoneInfo(timezone)
        self._width = len(order.names)
        names = (*order.names, *line.names)
        self._total, self._status = names.index(_TOTAL), names.index("Order Status")
        self._counts = [names.index(name) for name in _COUNTS]
        self._of_one = [names.index(name) for name in _OF_ONE]

    def begins(self, cells: Cells) -> bool:
        """Whether a row with a number is of a refund: total, else quantity, is below nothing."""
        total = cells[self._total].strip()
        told = (
            (total,) if total.strip("0.,- ") else (cells[place].strip() for place in self._counts)
        )
        below = any(each.startswith(_MINUS) for each in told)
        return below and status_of(cells[self._status]) not in UNSOLD

    def same(self, first: Cells, cells: Cells) -> bool:
        """Whether a row of a refund is of the one whose first row is ``first``."""
        return all(
            first[place].strip() == cells[place].strip() or not cells[place].strip()
            for place in self._of_one
        )

    def read(self, table: Table, rows: Sequence[Row]) -> BookedRefund | None:
        """The refund of its rows; None where a cell of them is no value, which is noted."""
        position, first = rows[0]
        head = first[: self._width]
        try:
            values = dict(zip(self._order.names, self._order.values(head), strict=True))
        except BadValueError:
            self._order.explain(table, position, head)
            return None
        if values["Order Date"] is None:
            table.fault(position, Wording("is empty"), "Order Date", "")
            return None
        lines = self._lines(table, rows)
        return None if lines is None else self._refund(position, values, lines)

    def _lines(self, table: Table, rows: Sequence[Row]) -> list[Line] | None:
        lines: list[Line] = []
        for position, cells in rows:
            told = cells[self._width :]
            try:
                values = dict(zip(self.line.names, self.line.values(told), strict=True))
            except BadValueError:
                self.line.explain(table, position, told)
                return None
            line = line_of(position, len(lines) + 1, values)
            if not cells[self._of_one[0]].strip() and (line.total > 0 or line.quantity > 0):
                self._notes.tell(OF_SUMS.format(position))
            elif line.title or line.sku:
                lines.append(line)
        return lines

    def _refund(
        self, position: int, values: Mapping[str, Any], lines: Sequence[Line]
    ) -> BookedRefund:
        shipping, tax, fees = (
            -(values[name] or 0)
            for name in ("Order Shipping Amount", "Order Total Tax Amount", "Order Total Fee")
        )
        worths = [abs(line.total) for line in lines]
        money = abs(values[_TOTAL] or 0) or sum(worths) + shipping + tax + fees
        amounts = _goods(money - shipping - tax - fees, worths, lines)
        told = amounts is not None and min(shipping, tax, fees) >= 0
        goods: dict[str, Goods] = {}
        for line, amount in zip(lines, amounts or worths, strict=True):
            pieces = 0 if line.measured else abs(line.quantity)
            each = Goods(pieces, amount)
            product = product_of(line)
            goods[product] = goods[product].plus(each) if product in goods else each
        at = values["Order Date"]
        return BookedRefund(
            position * FORMAT.rows_a_line,
            values["Order Number"],
            at,
            at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M"),
            *(money, goods, shipping, tax, fees, told),
        )


def _goods(rest: int, worths: Sequence[int], lines: Sequence[Line]) -> list[int] | None:
    """What each line came to, where that is what the refund's sums leave: but for the rounding of
    each line, or each piece; or as there is one line alone. None where it is not.
    """
    if rest < 0:
        return None
    rounded = sum(abs(line.rounded) for line in lines)
    if abs(rest - sum(worths)) <= (rounded + 1) // 2:
        return spread(rest, worths) if sum(worths) else [0] * len(lines)
    return [rest] if len(lines) == 1 and not worths[0] else None
