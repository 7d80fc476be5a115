"""The lines of orders.csv: the order's columns repeat on its lines, where they agree."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from ingest.csv.damaged_ids import DamagedIds, rounded
from ingest.csv.faults import Faults
from ingest.csv.notes import FUTURE, ROUNDED, Notes
from ingest.csv.records import Record
from ingest.csv.table import Cells, Table
from ingest.csv.values import BadValueError
from ingest.rows import OrderLineRow


class OrderLines:
    """Reads them from ``table``, whose cells are those of ``order`` and then those of ``line``.

    ``cards`` are the positions of the lines that were said to be gift cards, until they are taken.
    """

    def __init__(
        self,
        table: Table,
        order: Record,
        line: Record,
        faults: Faults,
        notes: Notes,
        product_ids: DamagedIds,
        now: datetime,
    ) -> None:
        self.table, self.order, self.line, self.now = table, order, line, now
        self.cards: set[int] = set()
        self.head: Cells = []
        """The order's cells of the last row; empty where the next one begins an order."""
        self._shared: tuple[object, ...] | None = (
            None  # None where the order's columns were refused
        )
        self._faults, self._notes, self._product_ids = faults, notes, product_ids

    def rows(self, records: Iterable[tuple[int, Cells]]) -> Iterator[OrderLineRow]:
        """Converts the order's columns once an order, as long as its lines stand together."""
        table, line = self.table, self.line
        width = len(self.order.names)
        of_line, row_of = line.values, tuple.__new__
        for position, cells in records:
            if cells[:width] != self.head:
                now = cells[:width]
                if self.head and self.head[0] == now[0] and self._differ(position, self.head, now):
                    continue
                self.head, self._shared = now, self._order(position, now)
            try:
                values = of_line(cells[width:])
            except BadValueError:
                line.explain(table, position, cells[width:])
                self._faults.suspect(table.name, self.head[0].strip())
                continue
            if rounded(values[1]) and self._clash(position, values):
                continue
            if self._shared is not None:
                if values[-1]:
                    self.cards.add(position)
                row = (position, *self._shared, *values[:-1], None, 0, None, None, False)
                yield row_of(OrderLineRow, row)

    def _order(self, line: int, cells: Cells) -> tuple[object, ...] | None:
        """The order's values as the loader takes them: placed when paid, without the currency."""
        try:
            order_id, placed_at, paid_at, _, *rest = self.order.values(cells)
        except BadValueError:
            self.order.explain(self.table, line, cells)
        else:
            if placed_at or paid_at:
                if (paid_at or placed_at) > self.now:
                    self._notes.add(FUTURE, order_id)
                if rounded(order_id) or rounded(rest[1] or ""):
                    self._notes.add(ROUNDED, order_id)
                return (order_id, placed_at or paid_at, paid_at, *rest)
            self.table.fault(
                line, "is empty, and so is placed_at: one of them is needed", "paid_at", ""
            )
        self._faults.suspect(self.table.name, cells[0].strip())
        return None

    def _differ(self, line: int, before: Cells, now: Cells) -> bool:
        """Whether a line contradicts the order's line before; says in which columns."""
        try:
            values = zip(self.order.values(before), self.order.values(now), strict=True)
        except BadValueError:
            return False
        columns = zip(self.order.names, before, now, values, strict=True)
        differing = [each for each in columns if each[3][0] != each[3][1]]
        for name, was, cell, _ in differing:
            self.table.fault(line, f"differs from {was!r} on another line of the order", name, cell)
        if differing:
            self._faults.suspect(self.table.name, now[0].strip())
        return bool(differing)

    def _clash(self, line: int, values: tuple[Any, ...]) -> bool:
        """Whether a product's id was rounded and names another one too; says so."""
        clash = self._product_ids.clash(values[1], values[2] or "")
        if clash is not None:
            self.table.fault(line, clash, "product_id", values[1])
        return clash is not None
