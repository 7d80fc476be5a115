"""All measures' cells of a table's row: most of a page's elements, so no template draws them.

A template takes three times as long, which is what the first reader of a page waits for. End tags
of cells are optional in HTML.
"""

from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup, escape

from common.reports.document.metrics import Unit
from common.reports.document.tables import Cell
from report_pages.formatting import DocumentFormatter
from report_pages.layout import stacked
from report_pages.sections.table.measured import Measured


def all_cells(
    figures: DocumentFormatter,
    row: Sequence[Cell],
    columns: Iterable[Measured],
    measure: Measured,
    *,
    is_sum: bool = False,
) -> Markup:
    """The cells of ``columns``, each with what the page's script sorts and compares by.

    The change of ``measure`` alone is in its cell, and in a row that ``is_sum`` that of each; such
    a row is empty where nothing can be summed.

    Raises:
        ValueError: a figure is a text.
    """
    parts = (
        part
        for each in columns
        for part in _cell(figures, row, each, is_sum, is_sum or each.place == measure.place)
    )
    return Markup("".join(parts))  # noqa: S704 - escaped parts


def _cell(
    figures: DocumentFormatter, row: Sequence[Cell], each: Measured, is_sum: bool, changes: bool
) -> Iterator[str]:
    value, unit = row[each.place], each.column.unit
    told = value is not None or not is_sum
    if not each.numeric:
        day = f' data-value="{escape(value)}"' if unit is Unit.DATE and value is not None else ""
        text = escape(figures.cell(value, unit)) if told else ""
        yield f'<td class="all t"{day}><bdi>{text}</bdi>'
        return
    yield '<td class="all"'
    if value is not None:
        yield f' data-value="{value:d}"'
    before = None
    if each.before is not None and each.change is not None:
        before, change = row[each.before], row[each.change]
        if before is not None:
            yield f' data-before="{before:d}"'
        if changes and change is not None:
            yield f' data-change="{change:d}"'
    yield f">{stacked(figures, value, before, unit) if told else ''}"
