"""Layout of tables: columns, their looks and bars, as they follow from the data."""

from collections.abc import Iterable
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


def stacked_columns(
    figures: DocumentFormatter, series: Iterable[Series], *, weekly: bool = False
) -> tuple[tuple[Markup, ...], ...]:
    """The columns of a table of all measures: each cell has the figure of before below it."""
    columns = []
    for each in series:
        now, before = (
            (each.weekly, each.weekly_previous) if weekly else (each.values, each.previous)
        )
        values = now or ()
        pairs = zip(values, before, strict=True) if before else ((value, None) for value in values)
        columns.append(tuple(stacked(figures, *pair, each.unit) for pair in pairs))
    return tuple(columns)


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
