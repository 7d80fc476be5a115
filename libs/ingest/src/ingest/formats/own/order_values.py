"""The lines of orders.csv by columns: their values, and which orders are not sure to be right.

An order is a group of lines that stand together under one id. What is found out here of a piece of
a file depends on nothing but the piece: threads do it, several pieces at a time. This module loads
Arrow: import it when needed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.csv import column_values
from ingest.csv.arrow_text import Plain
from ingest.csv.column_text import trimmed
from ingest.csv.column_values import Column, Doubt, mask
from ingest.csv.piecewise import PiecewiseTable
from ingest.formats.own.order_lines import OrderLines
from ingest.order_columns import LINE, ORDER, OrderLineColumns

_TRUTHS: Final = pa.array(["", "false", "true"])


@dataclass(frozen=True, slots=True)
class OrderValues:
    """A piece by values; its lines count from 0, as those of ``plain``.

    ``doubtful`` says of each group whether something of it is not sure to be right, ``future``
    whether it is dated later than now.
    """

    plain: Plain
    columns: OrderLineColumns
    doubtful: Doubt
    future: Doubt


class OrderConverter:
    """Converts plain pieces of ``table`` by the rules that ``lines`` has for rows."""

    def __init__(self, table: PiecewiseTable, lines: OrderLines, currency: str) -> None:
        self._table, self._lines, self._currency = table, lines, currency
        self._width = len(lines.order.names)

    def values(self, plain: Plain) -> OrderValues:
        """The values of a piece."""
        ids = self._column(plain, 0)
        starts = np.flatnonzero(np.append(True, mask(pc.not_equal(ids[1:], ids[:-1]))))
        orders, of_orders, future = self._order_values(plain, pa.array(starts))
        lines, doubt = self._line_values(plain)
        doubt[starts] |= of_orders
        columns = OrderLineColumns(plain.positions, starts, orders, lines)
        return OrderValues(plain, columns, self._doubtful_groups(plain, ids, starts, doubt), future)

    def _column(self, plain: Plain, at: int) -> Column:
        column = self._table.column(plain, at)
        return pa.repeat(pa.scalar(""), len(plain.positions)) if column is None else column

    def _doubtful_groups(self, plain: Plain, ids: Column, starts: Any, doubt: Doubt) -> Doubt:
        """Which groups are read row by row: the doubtful, those beside blanks, and both ends."""
        within = np.ones(len(doubt), bool)
        within[starts] = False
        differs = pa.repeat(pa.scalar(False), len(doubt) - 1)
        for at in range(1, self._width):
            column = self._column(plain, at)
            differs = pc.or_(differs, pc.not_equal(column[1:], column[:-1]))
        doubt[1:] |= mask(differs) & within[1:]
        for place in self._table.unnamed:
            doubt |= mask(pc.not_equal(plain.cells[place], ""))
        doubt |= mask(pc.equal(plain.cells[0], self._table.raw[0]))
        for line, _ in plain.uneven:
            doubt[max(int(np.searchsorted(plain.positions, line)) - 1, 0)] = True
        doubtful: Doubt = np.logical_or.reduceat(doubt, starts)
        blank = mask(pc.equal(trimmed(ids.take(pa.array(starts))), ""))
        doubtful[1:] |= blank[:-1]
        doubtful[:-1] |= blank[1:]
        doubtful[0] = doubtful[-1] = True
        return doubtful

    def _order_values(self, plain: Plain, heads: Any) -> tuple[pa.RecordBatch, Doubt, Doubt]:
        convert = dict(zip(self._lines.order.names, self._lines.order.converters, strict=True))
        doubt = np.zeros(len(heads), bool)
        found: dict[str, Column] = {}
        names = self._lines.order.names
        cells = pa.record_batch([self._column(plain, at) for at in range(len(names))], list(names))
        for name, column in zip(names, cells.take(heads).columns, strict=True):
            if name == "currency":
                doubt |= mask(pc.not_equal(column, self._currency))
                continue
            found[name], doubts = _convert(name, ORDER.field(name).type, column, convert[name])
            doubt |= doubts
        paid, placed = found["paid_at"], found["placed_at"]
        found["placed_at"] = pc.coalesce(placed, paid)
        at = pc.coalesce(paid, placed)
        doubt |= mask(pc.is_null(at))
        future = mask(pc.greater(at, pa.scalar(self._lines.now, column_values.INSTANT)))
        return pa.record_batch([found[n] for n in ORDER.names], schema=ORDER), doubt, future

    def _line_values(self, plain: Plain) -> tuple[pa.RecordBatch, Doubt]:
        doubt = np.zeros(len(plain.positions), bool)
        found = []
        for at, name in enumerate(self._lines.line.names):
            convert = self._lines.line.converters[at]
            column = self._column(plain, self._width + at)
            if name == "gift_card":  # where it matters, lines are not read by columns
                doubt |= ~mask(pc.is_in(column, _TRUTHS))
                continue
            values, doubts = _convert(name, LINE.field(name).type, column, convert)
            found.append(values)
            doubt |= doubts
        return pa.record_batch(found, schema=LINE), doubt


def _convert(
    name: str, kind: Any, column: Column, convert: Callable[[str], Any]
) -> tuple[Column, Doubt]:
    if kind == column_values.INSTANT:
        return column_values.instants(column)
    if kind == pa.int64():
        return column_values.numbers(column, convert)
    if name.endswith("_id"):
        return column_values.ids(column, optional=name == "customer_id")
    return column_values.words(column)
