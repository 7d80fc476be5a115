"""Table: its view, of a table by one measure and of any other."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from common.reports.document.changes import Change, ChangeKind, change_from
from common.reports.document.incomplete import incomplete_document
from common.reports.document.metrics import Unit
from common.reports.document.schema import Document, Series
from common.reports.document.series_changes import changes_of
from common.reports.document.tables import BEFORE, Cell, Column, Table
from report_pages.comparison import Compared, bars_of, compared_values
from report_pages.formatting import DocumentFormatter
from report_pages.sections.protocol import SectionView
from report_pages.sections.table.all_cells import all_cells
from report_pages.sections.table.measured import Measured

_NAMES: Final = ("sku", "category")
"""What stands in small below the name of a product."""


class TableView(SectionView[Table]):
    """Shows tables."""

    section = Table
    all_cells = staticmethod(all_cells)

    def metrics(self, section: Table) -> Sequence[Column]:
        """The columns, but for those that only compare another."""
        return [column for column in section.columns if not (column.is_before or column.is_change)]

    def columns(self, section: Table, figures: DocumentFormatter) -> tuple[Measured, ...]:
        """The columns, those of the days before and of changes with what they are of."""
        places = {column.key: place for place, column in enumerate(section.columns)}
        known = incomplete_document(figures.document)
        exact = {Unit.COUNT} if figures.document.indexed else {Unit.COUNT, Unit.MONEY}
        return tuple(
            Measured(
                column,
                places[column.key],
                places.get(f"{BEFORE}{column.key}"),
                next(iter(_places_of_change(column.key, places)), None),
                known.compares(column.key),
                known.knows(column.key),
                column.unit in exact,
            )
            for column in section.columns
            if not (column.is_before or column.is_change)
        )

    def measure(self, section: Table, figures: DocumentFormatter) -> Measured | None:
        """What the table shows at first: its first measure that is compared."""
        return next((each for each in self.columns(section, figures) if each.compared), None)

    def compared(
        self, section: Table, measure: Measured, figures: DocumentFormatter
    ) -> tuple[Compared, ...]:
        """The rows of a measure, and then those of the sums below, which have no bars."""
        rows = [*section.rows, *(each.cells for each in section.footer)]
        now, before, changes = (
            tuple(_number(row[place]) if place is not None else None for row in rows)
            for place in (measure.place, measure.before, measure.change)
        )
        series = _series(measure.column, now, before)
        found = (
            changes_of(series)
            if measure.exact
            else tuple(map(_change_told(series), now, before, changes))
        )
        count = len(section.rows)
        bars = bars_of(now[:count], before[:count], reduction=series.reduction)
        return compared_values(figures, series, found, (*bars, *(None for _ in section.footer)))

    def is_explored(self, section: Table, document: Document) -> bool:
        """Whether the page's script shows all rows of the CSV in it: in the first that lacks some.

        Its rows are the first of the CSV, in that order.
        """
        if not document.csv:
            return False
        tables = (each for each in document.sections if isinstance(each, Table))
        first = next((each for each in tables if each.of > len(each.rows)), None)
        return first is not None and first.key == section.key

    def names(self, section: Table, row: Sequence[Cell]) -> tuple[str, ...]:
        """What stands in small below the name of a row: its SKU and its category, where known."""
        keys = [column.key for column in section.columns]
        if "product" not in keys:
            return ()
        cells = (row[keys.index(key)] for key in _NAMES if key in keys)
        return tuple(str(cell) for cell in cells if cell)


def _places_of_change(key: str, places: dict[str, int]) -> Iterator[int]:
    names = (f"{key}_change_percent", f"{key.removesuffix('_percent')}_change_points")
    yield from (places[name] for name in names if name in places)


def _change_told(
    series: Series,
) -> Callable[[int | None, int | None, int | None], Change | None]:
    """Makes the changes of what was rounded from the column that has them: it tells none itself."""
    sign = -1 if series.reduction else 1

    def told(now: int | None, before: int | None, value: int | None) -> Change | None:
        if now is None or before is None:
            return None
        if series.unit is Unit.PERCENT:
            return None if value is None else Change(ChangeKind.POINTS, value)
        return change_from(value, sign * now, sign * before)

    return told


def _series(column: Column, now: tuple[int | None, ...], before: tuple[int | None, ...]) -> Series:
    return Series(
        key=column.key,
        label=column.label,
        unit=column.unit,
        definition=column.definition,
        values=now,
        previous=before,
        reduction=column.reduction,
        better=column.better,
    )


def _number(cell: Cell) -> int | None:
    return cell if isinstance(cell, int) else None


VIEW: Final = TableView()
