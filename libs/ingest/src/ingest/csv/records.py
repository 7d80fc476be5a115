"""Turn cells into values column by column, and name every cell that is no value.

The own format's files share this: a ``Reading`` knows a file's columns with their converters; the
hot path converts a whole row at once, and only a row that fails is looked at cell by cell.
"""

from collections.abc import Callable, Sequence
from operator import call
from typing import Any

from ingest.csv.headers import Kinds
from ingest.csv.table import Columns, Table
from ingest.csv.values import BadValueError

Converter = Callable[[str], Any]


class Record:
    """The converters of some columns of a file, by name, in the order of the cells."""

    def __init__(self, converters: dict[str, Converter]) -> None:
        self.names = tuple(converters)
        self.converters = tuple(converters.values())

    def values(self, cells: Sequence[str]) -> tuple[Any, ...]:
        """The values of ``cells``.

        Raises:
            BadValueError: one of them is none.
        """
        return tuple(map(call, self.converters, cells))  # all of it runs in C

    def explain(self, table: Table, line: int, cells: Sequence[str]) -> None:
        """Note every cell that is no value of its column."""
        for name, convert, cell in zip(self.names, self.converters, cells, strict=True):
            try:
                convert(cell)
            except BadValueError as error:
                table.fault(line, str(error), name, cell)


def columns_of(*records: Record, required: str, kinds: Kinds) -> Columns:
    """The columns of ``records`` in turn; ``required`` names the indispensable ones.

    ``kinds`` are those of all files: one of another kind is told by what it is.
    """
    known = tuple(name for record in records for name in record.names)
    return Columns(known, frozenset(required.split()), spellings={}, kinds=kinds)
