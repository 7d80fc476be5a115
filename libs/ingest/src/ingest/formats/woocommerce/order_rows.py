"""The rows of one order, of a file with a row a product: which tell its goods, and that they agree.

The order's columns stand on its first row, or on all of them; where two rows have another word of
one, nobody knows which is right. A row of totals below the orders has no number.
"""

from collections.abc import Sequence
from typing import Final

from ingest.csv.records import Record
from ingest.csv.table import Cells, Table
from ingest.csv.values import BadValueError
from ingest.formats.woocommerce.cell_values import UNSOLD, status_of
from ingest.formats.woocommerce.reconcile import Line, Sums, reading_of

OF_SUMS: Final = "line {} has sums and no order; it was left out"
TWICE: Final = "the order stands in the file twice, with the same lines; it was taken once"
_STATUS: Final = "Order Status"

Row = tuple[int, Cells]


class OrderRows:
    """Reads the order's columns (``record``) of the rows of each order."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._names = tuple(record.names)
        self._width = len(self._names)
        self._status = self._names.index(_STATUS)
        self._sums = range(self._names.index("Order Subtotal Amount"), self._width)
        self._none_of_totals = (0, self._status, self._names.index("Order Date"))

    def of_totals(self, cells: Cells) -> bool:
        """Whether a row has sums, and neither number nor state nor date: no order's."""
        return not any(cells[place].strip() for place in self._none_of_totals) and any(
            cells[place].strip(" 0.,") for place in self._sums
        )

    def unsold(self, rows: Sequence[Row]) -> bool:
        """Whether all rows that tell a state say that the order is no sale."""
        told = {cells[self._status] for _, cells in rows if cells[self._status].strip()}
        return bool(told) and all(status_of(each) in UNSOLD for each in told)

    def goods(self, table: Table, rows: Sequence[Row]) -> tuple[Cells, list[Row]] | None:
        """The order's cells and its lines' (by position); None, with the reason noted, where its
        rows contradict each other.
        """
        head, lines, agreed = rows[0][1][: self._width], [], True
        for position, cells in rows:
            now = cells[: self._width]
            if now != head:
                head = [was if was.strip() else cell for was, cell in zip(head, now, strict=True)]
                agreed = self._agree(table, position, head, now) and agreed
            lines.append((position, cells[self._width :]))
        return (head, lines) if agreed else None

    def _agree(self, table: Table, position: int, head: Cells, now: Cells) -> bool:
        agreed = True
        for name, was, cell in zip(self._names, head, now, strict=True):
            if cell.strip() and was.strip() != cell.strip() and self._other(name, was, cell):
                reason = f"differs from {was.strip()!r} on another row of the order"
                table.fault(position, f"{reason}: is it in the file twice?", name, cell)
                agreed = False
        return agreed

    def _other(self, name: str, was: str, cell: str) -> bool:
        if name == _STATUS:
            return status_of(was) != status_of(cell)
        convert = self._record.converters[self._names.index(name)]
        try:
            return bool(convert(was) != convert(cell))
        except BadValueError:
            return True


def once(sums: Sums, lines: Sequence[Line], cells: Sequence[Cells]) -> tuple[Line, ...] | None:
    """The lines of an order whose rows stand in the file several times, by the lines' ``cells``:
    once. None where they do not, or where the order's sums are those of all the rows.
    """
    for period in range(1, len(lines) // 2 + 1):
        if len(lines) % period == 0 and cells[period:] == cells[:-period]:
            first = tuple(lines[:period])
            if fit(sums, first) and not fit(sums, lines):
                return first
    return None


def fit(sums: Sums, lines: Sequence[Line]) -> bool:
    """Whether an order's total, or its subtotal where there is none, is that of ``lines``."""
    return open_of(sums, lines) == 0


def open_of(sums: Sums, lines: Sequence[Line]) -> int | None:
    """What of an order's total, or its subtotal where there is none, is not that of ``lines``; None
    where there is neither.
    """
    if sums.total is not None:
        return abs(reading_of(sums, lines).unexplained)
    worth = sum(line.total if line.before is None else line.before for line in lines)
    return None if sums.subtotal is None else abs(sums.subtotal - worth)
