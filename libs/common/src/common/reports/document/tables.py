"""A document's tables: columns, rows of cells, and sums below them."""

from typing import Final

import msgspec

from common.reports.document.metrics import Better, Figure, Unit

Cell = int | str | None

BEFORE: Final = "previous_"
CHANGES: Final = ("_change_percent", "_change_points")
_PLACING: Final = frozenset({Unit.TEXT, Unit.DATE, Unit.RANK})


class Column(msgspec.Struct, frozen=True):
    """A table's column; ``key`` is the CSV's column of the same numbers.

    A column ``beside`` stands beside whichever measure is shown. A ``reduction`` is shown negative,
    and its change is its growth.
    """

    key: str
    label: str
    unit: Unit
    definition: str
    beside: bool = False
    reduction: bool = False
    better: Better | None = None

    @property
    def is_before(self) -> bool:
        """Whether it is another column, of the days before."""
        return is_before(self.key)

    @property
    def is_change(self) -> bool:
        """Whether it is the change of another column."""
        return is_change(self.key)


def is_measure(column: Column | Figure) -> bool:
    """Whether a column is of a figure: no name or place, nor what it was before, nor its change."""
    beside = is_before(column.key) or "_change" in column.key
    return column.unit not in _PLACING and not beside


def is_before(key: str) -> bool:
    """Whether a column of that key is another one, of the days before."""
    return key.startswith(BEFORE)


def is_change(key: str) -> bool:
    """Whether a column of that key is the change of another one."""
    return key.endswith(CHANGES)


class Footer(msgspec.Struct, frozen=True):
    """A sum below a table: its name, of how many rows where that is not plain, and its cells.

    There is one cell a column; the name stands in the place of the one that names a row.
    """

    label: str
    cells: tuple[Cell, ...]
    count: int | None = None


class Table(msgspec.Struct, frozen=True, tag="table"):
    """Rows of cells in the order of the columns, the first of ``of`` in all."""

    key: str
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    of: int
    footer: tuple[Footer, ...] = ()
