"""The rows of a Shopify export, put together to orders.

The order's columns stand on its first row only, and its rows stand together. What does not look so
is told by what it is: rows sorted apart, an order twice, the columns repeated on every row.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.csv.faults import Faults, shortened
from ingest.csv.table import Cells, Table
from ingest.formats.shopify.columns import OrderColumns

MOST_LINES = 32_767
_FIRST_ROW = ("status", "currency", "subtotal", "total", "id")
_MARKS = tuple(OrderColumns._fields.index(name) for name in _FIRST_ROW)
_ID = OrderColumns._fields.index("id")


@dataclass(slots=True)
class OrderRows:
    """An order's first row and its lines, as cells, each with its place in the file."""

    position: int
    head: Cells
    lines: list[tuple[int, Cells]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the shop calls it."""
        return self.head[0].strip()

    def again(self, other: "OrderRows") -> bool:
        """Whether ``other`` is the same order by the platform's id, as far as there is one."""
        mine, theirs = self.head[_ID].strip(), other.head[_ID].strip()
        return mine == theirs or not mine or not theirs


def orders_of(table: Table, width: int, faults: Faults) -> Iterator[list[OrderRows]]:
    """Orders whose rows follow each other under one name: one, as a rule.

    The first ``width`` cells of a row are the order's, the others its line's. Rows that do not
    follow their order's first one are noted as faults and left out.
    """
    together: list[OrderRows] = []
    name: str | None = None
    for position, cells in table.read():
        first, called = any(cells[mark] for mark in _MARKS), cells[0].strip()
        if called != name:
            if together:
                yield together
            together, name = [], called
        if first:
            together.append(OrderRows(position, cells[:width]))
        elif not together:
            _apart(table, position, called)
            faults.suspect(table.name, called)
            continue
        lines = together[-1].lines
        lines.append((position, cells[width:]))
        if len(lines) > MOST_LINES:
            table.fault(position, f"the order has more than {MOST_LINES} lines", "Name")
            del lines[:]
    if together:
        yield together


def _apart(table: Table, position: int, name: str) -> None:
    table.fault(
        position,
        f"is a further row of order {shortened(name)!r}, apart from its first one: keep the rows of"
        " an order together, as the export has them (were they sorted?)",
    )


def repeated(together: list[OrderRows]) -> bool:
    """Whether rows of one order each repeat the order's columns, as a spreadsheet fills them down.

    That, or the order stands in the file several times: the sums can tell.
    """
    return all(one.head == other.head for one, other in pairwise(together))
