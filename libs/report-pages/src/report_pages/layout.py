"""Layout of tables: columns, their looks and bars, as they follow from the data."""

from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup, escape

from common.reports.document.metrics import Unit
from common.reports.document.schema import Series
from common.reports.document.tables import Cell, Table
from report_pages.formatting import DocumentFormatter, is_number

SHOWN_OPEN: Final = 12
"""The table beside a chart is open up to so many rows."""
SEARCHED_FROM: Final = 10
"""A table with more rows than that can be searched."""
_ROOMS: Final = ((8, "s"), (11, "m"), (15, "l"), (20, "xl"))


def initial(name: str) -> str:
    """What stands for a shop in its mark: the first letter or digit of its name."""
    return next((each for each in name if each.isalnum()), name[:1])


def room_of(text: str) -> str:
    """How much room a figure takes, so that its type can be as large as fits: from s to xxl."""
    return next((name for most, name in _ROOMS if len(text) <= most), "xxl")


def looks_of(table: Table, *, pinned: bool = False) -> tuple[Markup, ...]:
    """The class attribute of each column's cells; empty where there is nothing special to them."""
    return tuple(
        Markup(' class="{}"').format(" ".join(names)) if names else Markup("")
        for names in (
            [
                *(["pinned"] if pinned else []),
                *([] if is_number(column.unit) else ["t"]),
            ]
            for column in table.columns
        )
    )


def stacked_rows(
    figures: DocumentFormatter, series: Iterable[Series], *, weekly: bool = False
) -> tuple[Markup, ...]:
    """The rows of a table of all measures: each cell has the figure of before below it.

    Most of a page's elements, so no template draws them: it takes several times as long.
    """
    columns = (_stacked_column(figures, each, weekly=weekly) for each in series)
    return tuple(
        Markup("".join(row))  # noqa: S704 - escaped parts
        for row in zip(*columns, strict=True)
    )


def _stacked_column(figures: DocumentFormatter, series: Series, *, weekly: bool) -> list[str]:
    now, before = (
        (series.weekly, series.weekly_previous) if weekly else (series.values, series.previous)
    )
    cells = [f'<td class="all">{told}' for told in _escaped(figures, now or (), series.unit)]
    if not before:
        return cells
    below = zip(before, _escaped(figures, before, series.unit), strict=True)
    smalls = ("" if was is None else f"<small>{told}</small>" for was, told in below)
    return [cell + small for cell, small in zip(cells, smalls, strict=True)]


def _escaped(figures: DocumentFormatter, values: Sequence[int | None], unit: Unit) -> Sequence[str]:
    """A column of figures, escaped all at once: none has a line end."""
    return str(escape("\n".join(figures.cells(values, unit)))).split("\n") if values else ()


def stacked(figures: DocumentFormatter, now: Cell, before: Cell, unit: Unit) -> Markup:
    """A figure, and in small that of before, where it is known."""
    told = escape(figures.cell(now, unit))
    if before is None:
        return told
    # Put together of escaped parts: formatting a Markup takes five times as long, for each cell.
    return Markup(f"{told}<small>{escape(figures.cell(before, unit))}</small>")  # noqa: S704


def row_heading(table: Table) -> int:
    """The column that names a row: the product where there is one, else the first."""
    keys = [column.key for column in table.columns]
    return keys.index("product") if "product" in keys else 0
