"""A report as a document to read and print: tagged PDF, typeset by Typst from the cached report.

The template is a file of ours; words and figures reach it as JSON and are set as text. Rows beyond
what anybody prints are left to the workbook, so the time and the memory it takes are bounded.
"""

from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
import typst

from common.links.brand import Ground
from common.reports.document.metrics import Unit
from common.reports.document.schema import BarChart, LineChart, Pareto, Section
from common.reports.document.tables import BEFORE, Column, Table
from common.reports.totals import products
from worker.forms import notes
from worker.forms.charts import chart_of
from worker.forms.grids import Grid, grid_of, key_figures
from worker.forms.source import Source
from worker.forms.spelling import spelled

MOST_ROWS: Final = 400
"""A year of days is printed whole."""
_MOST_SERIES: Final = 3
_MOST_COLUMNS: Final = 7
_TEMPLATE: Final = files("worker.forms").joinpath("report.typ").read_bytes()
_CHINESE, _JAPANESE = "Noto Sans SC", "Noto Sans JP"
_WORDS: Final = frozenset({Unit.TEXT, Unit.DATE})


def write(source: Source) -> bytes:
    """The PDF, the same bytes for the same source.

    Raises:
        typst.TypstError: it cannot be typeset.
    """
    report = msgspec.json.encode(_data(source)).decode()
    made = typst.compile(
        _TEMPLATE,
        format="pdf",
        sys_inputs={"report": report},
        font_paths=_fonts(),
        timestamp=int(source.document.as_of.timestamp()),
    )
    return bytes(made)


@cache
def _fonts() -> typst.Fonts:
    """The typefaces: Typst's, the system's, and those of letters that it brings none of.

    The letters that a document has are embedded in it, and no others.
    """
    brought = (pylopdf_fonts_jp.sans_path(), pylopdf_fonts_zh_cn.sans_path())
    return typst.Fonts(font_paths=[str(each.parent) for each in brought])


def _data(source: Source) -> dict[str, Any]:
    """What the template is filled with."""
    document, words = source.document, source.words
    return {
        "lang": words.locale.language,
        "han": _CHINESE if words.locale.language == "zh" else _JAPANESE,
        "title": words.text(document.title),
        "shop": document.tenant_name,
        "logo": _logo(source),
        "footer": source.brand.footer,
        "period": words.calendar.span(document.days),
        "compared": words.text(
            "compared with %(days)s",
            days=words.calendar.span_beside(document.previous_days, document.days),
        ),
        "gaps": list(notes.gaps(document, words)),
        "figures": _grid(_without_definitions(key_figures(document, words)), source),
        "sections": [_section(each, source) for each in document.sections],
        "definitions_title": words.text("What the figures mean"),
        "definitions": [(each.label, each.definition) for each in notes.definitions(source)],
        "facts": list(notes.facts(source)),
        "page": words.text("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
    }


def _logo(source: Source) -> list[int] | None:
    """The bytes of the logo; of one that is seen on dark ground alone none, as paper is white."""
    logo = source.brand.logo
    if logo is None or source.logo is None or logo.ground is Ground.DARK:
        return None
    return list(source.logo)


def _section(section: Section, source: Source) -> dict[str, Any]:
    words, chart = source.words, chart_of(section, source)
    return {
        "title": words.text(section.title),
        "description": words.text(section.description),
        "chart": None if chart is None else asdict(chart),
        "grid": _grid(grid_of(_narrow(section), words), source),
    }


def _narrow(section: Section) -> Section:
    """A section with no more columns than a page of paper has room for: those it is about."""
    match section:
        case LineChart() | BarChart() | Pareto():
            drawn = [each for each in section.series if each.drawn] or list(section.series)
            return msgspec.structs.replace(section, series=tuple(drawn[:_MOST_SERIES]))
        case Table():
            return _columns(section)
    return section


def _columns(table: Table) -> Table:
    kept = _kept(table)[:_MOST_COLUMNS]
    return msgspec.structs.replace(
        table,
        columns=tuple(table.columns[n] for n in kept),
        rows=tuple(tuple(row[n] for n in kept) for row in table.rows),
        footer=tuple(
            msgspec.structs.replace(each, cells=tuple(each.cells[n] for n in kept))
            for each in table.footer
        ),
    )


def _kept(table: Table) -> list[int]:
    """The places of the columns as paper has them: what names a row, its first measure beside the
    days before, what stands beside that, then the other measures alone."""
    first = next((each.key.removeprefix(BEFORE) for each in table.columns if each.is_before), None)
    keys = [each.key for each in table.columns]
    named = products.PRODUCT.key if products.PRODUCT.key in keys else keys[0]
    ranks = ((_rank(column, first, named), n) for n, column in enumerate(table.columns))
    return [n for _, n in sorted((rank, n) for rank, n in ranks if rank is not None)]


def _rank(column: Column, first: str | None, named: str) -> int | None:
    """How early a column stands beside the ``first`` measure; None for what is not printed.

    Rows are ``named`` by a column of that key.
    """
    if column.key in {named, "rank"}:
        return 0
    if first is not None:
        change = column.is_change and column.key.startswith(f"{first.removesuffix('_percent')}_ch")
        if change or column.key in {first, f"{BEFORE}{first}"}:
            return 1
    if column.is_before or column.is_change:
        return None
    return 2 if column.beside else 3


def _without_definitions(grid: Grid) -> Grid:
    return Grid(grid.title, grid.heads[:-1], tuple(row[:-1] for row in grid.rows))


def _grid(grid: Grid, source: Source) -> dict[str, Any]:
    """The grid as the template takes it; a column is of numbers unless a cell is in words."""
    words, shown = source.words, grid.rows[:MOST_ROWS]
    number = words.numerals.number
    return {
        "title": grid.title,
        "heads": grid.heads,
        "rows": [[spelled(cell, source) for cell in row] for row in shown],
        "numbers": [
            not any(row[n].unit in _WORDS for row in shown) for n in range(len(grid.heads))
        ],
        "more": None
        if len(shown) == len(grid.rows)
        else words.text(
            "The first %(shown)s of %(all)s rows. The workbook and the CSV have them all.",
            shown=number(len(shown), 0),
            all=number(len(grid.rows), 0),
        ),
    }
