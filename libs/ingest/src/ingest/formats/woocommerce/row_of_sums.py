"""Rows of sums below the last order's lines: no order's, and no goods of it.

A spreadsheet puts sums under the columns of lines alone, beside a word of its own language. Such a
row looks as a further line of the last order. It is none where it has what all rows before it come
to, and the order's sums are explained better without it; where it is worth nothing, as it tells
quantities alone, where it has no price that other rows have. What stands behind it, as averages, is
none either.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Final

from ingest.csv.records import Record
from ingest.csv.table import Cells
from ingest.csv.values import BadValueError
from ingest.formats.woocommerce.definition import FORMAT
from ingest.formats.woocommerce.order_rows import Row, fit, open_of
from ingest.formats.woocommerce.reconcile import Line, Sums

_SUMMED: Final = ("Quantity", "Quantity (- Refund)", "Order Line Total", "Order Line Subtotal")
_PRICES: Final = ("Item Cost", "Order Line Total", "Order Line Subtotal")

Amount = int | Decimal


class RowOfSums:
    """Adds up all rows of a file, whose last ``width`` cells are the line's, to know it."""

    def __init__(self, line: Record, width: int) -> None:
        places = {name: len(line.names) - number for number, name in enumerate(line.names)}
        self._converters = {places[name]: line.converters[-places[name]] for name in _SUMMED}
        self._prices = [places[name] for name in _PRICES]
        self._cost = places[_PRICES[0]]
        self._width = width
        self._sums: dict[int, Amount] = dict.fromkeys(self._converters, 0)
        self._priced: set[int] = set()

    def add(self, cells: Cells) -> None:
        """Count a row."""
        for place, amount in self._told(cells).items():
            self._sums[place] += amount
        self._priced.update(place for place in self._prices if cells[-place].strip())

    def first(self, rows: Sequence[Row], sums: Sums, lines: Sequence[Line]) -> int | None:
        """Which of the file's last order's ``lines``, which some of its ``rows`` tell, is one of
        sums, and all behind it; None where none is. ``sums`` are the order's.
        """
        so_far, found = dict(self._sums), None
        places = [line.position // FORMAT.rows_a_line for line in lines]
        for number in reversed(range(1, len(rows))):
            position, cells = rows[number]
            at = bisect_left(places, position)
            named = position in places[at : at + 1]
            if any(cell.strip() for cell in cells[: -self._width]) or (named and lines[at].sku):
                break
            told = self._told(cells)
            for place, amount in told.items():
                so_far[place] -= amount
            told = {place: amount for place, amount in told.items() if amount}
            summed = told and all(so_far[place] == amount for place, amount in told.items())
            if summed and 0 < at < len(lines) and self._none(rows[number:], sums, lines, at):
                found = at
        return found

    def _none(self, rows: Sequence[Row], sums: Sums, lines: Sequence[Line], at: int) -> bool:
        """Whether the order's sums, or else what ``rows`` lack, tell that they are no goods."""
        if not any(line.total or line.before for line in lines[at:]):
            return bool(self._priced) and all(self._lacks(cells, self._priced) for _, cells in rows)
        if fit(sums, lines[:at]):
            return not fit(sums, lines)
        without, beside = open_of(sums, lines[:at]), open_of(sums, lines)
        closer = without is not None and beside is not None and without < beside
        return closer and self._cost in self._priced and self._lacks(rows[0][1], {self._cost})

    def _lacks(self, cells: Cells, prices: Collection[int]) -> bool:
        return not any(cells[-place].strip() for place in prices)

    def _told(self, cells: Cells) -> dict[int, Amount]:
        told: dict[int, Amount] = {}
        for place, convert in self._converters.items():
            try:
                amount = convert(cells[-place])
            except BadValueError:
                continue
            if amount is not None:
                told[place] = amount
        return told
