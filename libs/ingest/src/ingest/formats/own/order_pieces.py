"""The lines of orders.csv by columns; what is not sure to be right goes through ``OrderLines``.

An order is a group of lines that stand together under one id. A group in which anything is doubtful
is read row by row, in its turn: faults, notes and what is remembered of ids come from there alone.
So are the first and the last group of a piece, which may have lines in the next one. This module
loads Arrow: import it when needed.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.csv import column_values
from ingest.csv.column_values import Column, Doubt, mask
from ingest.csv.piecewise import PiecewiseTable
from ingest.csv.plain import Plain
from ingest.csv.table import Cells
from ingest.formats.own.order_lines import OrderLines
from ingest.order_columns import LINE, ORDER, OrderLineColumns, merged, of_rows
from ingest.rows import OrderLineRow

_MOST_DOUBTFUL: Final = 0.25
"""The share of groups from which on a piece is read row by row altogether."""

_TRUTHS: Final = pa.array(["", "false", "true"])

_ORDER: Final = slice(1, 1 + len(ORDER))

Piece = OrderLineRow | OrderLineColumns
Record = tuple[int, Cells]


class OrderPieces:
    """Reads plain pieces of ``table`` by the rules that ``lines`` has for rows."""

    def __init__(self, table: PiecewiseTable, lines: OrderLines, currency: str) -> None:
        self._table, self._lines, self._currency = table, lines, currency
        self._width = len(lines.order.names)

    def read(self, plain: Plain) -> Iterator[Piece]:
        """The lines of a piece in their order, most of them by columns."""
        ids = self._column(plain, 0)
        starts = np.flatnonzero(np.append(True, mask(pc.not_equal(ids[1:], ids[:-1]))))
        columns, doubt = self._values(plain, starts)
        doubtful = self._doubtful_groups(plain, ids, starts, doubt)
        if doubtful[1:-1].sum() > _MOST_DOUBTFUL * len(doubtful):
            doubtful[:] = True
        yield from self._in_turn(plain, starts, doubtful, columns)

    def _column(self, plain: Plain, at: int) -> Column:
        column = self._table.column(plain, at)
        return pa.repeat(pa.scalar(""), len(plain.positions)) if column is None else column

    def _doubtful_groups(self, plain: Plain, ids: Column, starts: Any, doubt: Doubt) -> Doubt:
        """Which groups are read row by row: the doubtful, those beside blanks, and both ends."""
        within = np.ones(len(doubt), bool)
        within[starts] = False
        for at in range(1, self._width):
            column = self._column(plain, at)
            doubt[1:] |= mask(pc.not_equal(column[1:], column[:-1])) & within[1:]
        for place in self._table.unnamed:
            doubt |= mask(pc.not_equal(plain.cells[place], ""))
        doubt |= mask(pc.equal(plain.cells[0], self._table.raw[0]))
        for line, _ in plain.uneven:
            doubt[max(int(np.searchsorted(plain.positions, line)) - 1, 0)] = True
        doubtful: Doubt = np.logical_or.reduceat(doubt, starts)
        blank = mask(pc.equal(pc.utf8_trim_whitespace(ids.take(pa.array(starts))), ""))
        doubtful[1:] |= blank[:-1]
        doubtful[:-1] |= blank[1:]
        doubtful[0] = doubtful[-1] = True
        return doubtful

    def _values(self, plain: Plain, starts: Any) -> tuple[OrderLineColumns, Doubt]:
        """The values of a piece, and the rows of which one is doubtful."""
        heads = pa.array(starts)
        orders, of_orders = self._order_values(plain, heads)
        lines, doubt = self._line_values(plain)
        doubt[starts] |= of_orders
        return OrderLineColumns(plain.positions, starts, orders, lines), doubt

    def _order_values(self, plain: Plain, heads: Any) -> tuple[pa.RecordBatch, Doubt]:
        convert = dict(zip(self._lines.order.names, self._lines.order.converters, strict=True))
        doubt = np.zeros(len(heads), bool)
        found: dict[str, Column] = {}
        for at, name in enumerate(self._lines.order.names):
            column = self._column(plain, at).take(heads)
            if name == "currency":
                doubt |= mask(pc.not_equal(column, self._currency))
                continue
            found[name], doubts = _convert(name, ORDER.field(name).type, column, convert[name])
            doubt |= doubts
        paid, placed = found["paid_at"], found["placed_at"]
        found["placed_at"] = pc.coalesce(placed, paid)
        at = pc.coalesce(paid, placed)
        now = pa.scalar(self._lines.now, column_values.INSTANT)
        doubt |= mask(pc.or_kleene(pc.is_null(at), pc.greater(at, now)))
        return pa.record_batch([found[name] for name in ORDER.names], schema=ORDER), doubt

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

    def _in_turn(
        self, plain: Plain, starts: Any, doubtful: Doubt, columns: OrderLineColumns
    ) -> Iterator[Piece]:
        """The groups at the ends as rows, since they may go on, and what is between by columns."""
        ends = np.append(starts, len(plain.positions))
        waiting = self._records(plain, np.repeat(doubtful, np.diff(ends)))
        turns = [0, *(np.flatnonzero(doubtful[1:] != doubtful[:-1]) + 1).tolist(), len(doubtful)]
        before = [int(plain.positions[ends[turn]]) for turn in turns[1:-1]]
        yield from self._lines.rows(self._checked(waiting, before[0] if before else None))
        if not before:
            return
        between = self._between(waiting, before[2::2])
        sure = columns.only(~doubtful)
        self._table.counted(len(sure))
        yield sure if between is None else merged(sure, between)
        self._lines.head = []
        yield from self._lines.rows(self._checked(waiting, None))

    def _between(self, waiting: deque[Record], before: Sequence[int]) -> OrderLineColumns | None:
        """What is right of the doubtful orders between the ends, each run ``before`` a line."""
        rows: list[OrderLineRow] = []
        starts: list[int] = []
        for end in before:
            self._lines.head = []
            begun = len(rows)
            for row in self._lines.rows(self._checked(waiting, end)):
                if len(rows) == begun or row[_ORDER] != rows[-1][_ORDER]:
                    starts.append(len(rows))
                rows.append(row)
        return of_rows(rows, starts) if rows else None

    @staticmethod
    def _records(plain: Plain, wanted: Doubt) -> deque[Record]:
        """The rows that are read one by one, and the lines of another length, in their order."""
        chosen = pa.array(np.flatnonzero(wanted))
        cells = zip(*(column.take(chosen).to_pylist() for column in plain.cells), strict=True)
        rows = zip(plain.positions[wanted].tolist(), map(list, cells), strict=True)
        return deque(sorted([*rows, *plain.uneven], key=itemgetter(0)))

    def _checked(self, waiting: deque[Record], before: int | None) -> Iterator[Record]:
        while waiting and (before is None or waiting[0][0] < before):
            position, cells = waiting.popleft()
            row = self._table.checked(position, cells)
            if row is not None:
                yield position, row


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
