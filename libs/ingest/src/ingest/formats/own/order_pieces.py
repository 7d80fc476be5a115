"""Pieces of orders.csv in their turn; what is not sure to be right goes through ``OrderLines``.

A group of lines in which anything is doubtful is read row by row: faults, notes and what is
remembered of ids come from there, and from what the columns are sure of, in the file's order.
So are the first and the last group of a piece, which may have lines in the next one. This module
loads Arrow: import it when needed.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ingest.csv.arrow_text import Plain
from ingest.csv.column_values import Doubt
from ingest.csv.notes import EXAMPLES, FUTURE, Notes
from ingest.csv.piecewise import PiecewiseTable
from ingest.csv.table import Cells
from ingest.formats.own.order_lines import OrderLines
from ingest.formats.own.order_values import OrderValues
from ingest.order_columns import ORDER, OrderLineColumns, merged, of_rows
from ingest.rows import OrderLineRow

_MOST_DOUBTFUL: Final = 0.25
"""The share of groups from which on a piece is read row by row altogether."""

_ORDER: Final = slice(1, 1 + len(ORDER))

Piece = OrderLineRow | OrderLineColumns
Record = tuple[int, Cells]


class OrderPieces:
    """Takes the values of plain pieces of ``table``, and the rows between them by ``lines``."""

    def __init__(self, table: PiecewiseTable, lines: OrderLines, notes: Notes) -> None:
        self._table, self._lines, self._notes = table, lines, notes

    def read(self, first: int, values: OrderValues) -> Iterator[Piece]:
        """The lines of a piece that begins in line ``first``, most of them by columns."""
        plain = values.plain.numbered_from(first)
        columns = replace(values.columns, positions=plain.positions)
        doubtful = values.doubtful
        if doubtful[1:-1].sum() > _MOST_DOUBTFUL * len(doubtful):
            doubtful = np.ones(len(doubtful), bool)
        ends = np.append(columns.starts, len(columns))
        waiting = self._records(plain, np.repeat(doubtful, np.diff(ends)))
        turns = [0, *(np.flatnonzero(doubtful[1:] != doubtful[:-1]) + 1).tolist(), len(doubtful)]
        before = [int(plain.positions[ends[turn]]) for turn in turns[1:-1]]
        yield from self._lines.rows(self._checked(waiting, before[0] if before else None))
        if not before:
            return
        future = np.flatnonzero(values.future & ~doubtful)
        places = columns.positions[columns.starts[future]]
        remarks = [
            columns.orders["order_id"].take(pa.array(part))
            for part in np.split(future, np.searchsorted(places, before[1::2]))
        ]
        between = self._between(waiting, before[2::2], remarks)
        sure = columns.only(~doubtful)
        self._table.counted(len(sure))
        yield sure if between is None else merged(sure, between)
        self._lines.head = []
        yield from self._lines.rows(self._checked(waiting, None))

    def _between(
        self, waiting: deque[Record], before: Sequence[int], future: Sequence[Any]
    ) -> OrderLineColumns | None:
        """What is right of the doubtful orders between the ends, each run ``before`` a line.

        ``future`` are the ids of sure orders dated later than now: before each run, and behind all.
        """
        rows: list[OrderLineRow] = []
        starts: list[int] = []
        self._note(future[0])
        for end, following in zip(before, future[1:], strict=False):
            self._lines.head = []
            begun = len(rows)
            for row in self._lines.rows(self._checked(waiting, end)):
                if len(rows) == begun or row[_ORDER] != rows[-1][_ORDER]:
                    starts.append(len(rows))
                rows.append(row)
            self._note(following)
        return of_rows(rows, starts) if rows else None

    def _note(self, future: Any) -> None:
        self._notes.add_all(FUTURE, future[:EXAMPLES].to_pylist(), len(future))

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
