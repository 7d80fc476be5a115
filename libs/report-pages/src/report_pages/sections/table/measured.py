"""Measured: a column of a table, and where its row has what it is compared with."""

from typing import NamedTuple

from common.reports.document.tables import Column
from report_pages.formatting import is_number


class Measured(NamedTuple):
    """A column with its places in a row, that of the days before and that of its change.

    ``compares`` and ``known`` are whether the document's gaps leave its changes, and a 0 of it. One
    that is not ``exact`` was rounded: its changes are a column of their own.
    """

    column: Column
    place: int
    before: int | None
    change: int | None
    compares: bool
    known: bool
    exact: bool = True

    @property
    def compared(self) -> bool:
        """Whether it stands beside the days before."""
        return self.before is not None and self.change is not None

    @property
    def numeric(self) -> bool:
        """Whether its cells are numbers."""
        return is_number(self.column.unit)
