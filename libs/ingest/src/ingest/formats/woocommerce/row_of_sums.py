"""A row of sums below the last order's lines: no order's, and no goods of it.

A spreadsheet puts sums under the columns of lines alone, beside a word of its own language. Such a
row looks as a further line of the last order. It is none where it has what all rows before it come
to, and the order's own sums are explained without it alone.
"""

from collections.abc import Sequence
from typing import Final

from ingest.csv.records import Record
from ingest.csv.table import Cells
from ingest.csv.values import BadValueError
from ingest.formats.woocommerce.order_rows import fit
from ingest.formats.woocommerce.reconcile import Line, Sums

_SUMMED: Final = ("Quantity", "Quantity (- Refund)", "Order Line Total", "Order Line Subtotal")


class RowOfSums:
    """Adds up all rows of a file, whose last ``width`` cells are the line's, to know it."""

    def __init__(self, line: Record, width: int) -> None:
        self._converters = {
            len(line.names) - line.names.index(name): line.converters[line.names.index(name)]
            for name in _SUMMED
        }
        self._width = width
        self._sums = dict.fromkeys(self._converters, 0)

    def add(self, cells: Cells) -> None:
        """Count a row."""
        for place, amount in self._told(cells).items():
            self._sums[place] += amount

    def is_last(self, cells: Cells, sums: Sums, lines: Sequence[Line]) -> bool:
        """Whether the last row that was counted, that of the last of an order's ``lines``, is it;
        ``sums`` are the order's.
        """
        told = {place: amount for place, amount in self._told(cells).items() if amount}
        if any(cell.strip() for cell in cells[: -self._width]) or not told or lines[-1].sku:
            return False
        all_before = all(self._sums[place] == 2 * amount for place, amount in told.items())
        return all_before and fit(sums, lines[:-1]) and not fit(sums, lines)

    def _told(self, cells: Cells) -> dict[int, int]:
        told = {}
        for place, convert in self._converters.items():
            try:
                amount = convert(cells[-place])
            except BadValueError:
                continue
            if amount is not None:
                told[place] = amount
        return told
