"""Grids: what the sections of a document say, as columns and rows of typed cells."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from common.i18n.formatter import Formatter
from common.i18n.shown_decimals import unit_of
from common.reports.comparison import Comparison
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.metrics import Unit
from common.reports.document.schema import (
    BarChart,
    Document,
    LineChart,
    Movement,
    Naming,
    Pareto,
    Section,
    Series,
    Step,
    Waterfall,
)
from common.reports.document.tables import Cell, Table
from common.reports.money import PERCENT_EXPONENT
from worker.forms.source import label_of


class Typed(NamedTuple):
    """A cell: an integer scaled by its unit, a day, a text, or nothing.

    Of one that stands ``alone`` the column has other units: money is told with its currency.
    """

    value: Cell | date
    unit: Unit
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of a form: its title, the heads of its columns, and its rows."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Typed, ...], ...]


def key_figures(document: Document, words: Formatter) -> Grid:
    """The headline figures; with last year's where they are told beside those compared with."""
    beside = document.last_year_days is not None
    compared = "Last year" if document.comparison is Comparison.LAST_YEAR else "Before"
    heads = ("Measure", "These days", compared, "Change", *(["Last year"] * beside), "Definition")
    return Grid(
        words.text("Key figures"),
        tuple(map(words.text, heads)),
        tuple(
            (
                Typed(words.text(kpi.label), Unit.TEXT),
                Typed(kpi.value, kpi.unit),
                Typed(kpi.previous, kpi.unit),
                changed(kpi.change, kpi.unit, words),
                *([Typed(kpi.last_year, kpi.unit)] * beside),
                Typed(words.text(kpi.definition), Unit.TEXT),
            )
            for kpi in document.kpis
        ),
    )


def changed(change: Change | None, unit: Unit, words: Formatter) -> Typed:
    """A change as a cell: percent, points, a difference in its unit; a multiple in words."""
    if change is None:
        return Typed(None, unit)
    if change.kind is ChangeKind.MULTIPLE:
        times = words.numerals.number(change.value, PERCENT_EXPONENT)
        return Typed(words.text("%(number)s times", number=times), Unit.TEXT)
    return Typed(change.value, unit_of(change, unit), alone=True)


def grid_of(section: Section, words: Formatter) -> Grid:
    """A section as a grid."""
    title = words.text(section.title)
    match section:
        case LineChart():
            return _days(section, title, words)
        case BarChart() | Pareto():
            return _named(section, title, words)
        case Waterfall():
            return _steps(section, title, words)
        case Table():
            return _table(section, title, words)


def _days(chart: LineChart, title: str, words: Formatter) -> Grid:
    compared = any(each.previous is not None for each in chart.series)
    day, heads, columns = words.text("Date"), [], []
    heads.append(day)
    columns.append([Typed(each, Unit.DATE) for each in chart.labels])
    if compared:
        heads.append(words.text("%(label)s, before", label=day))
        columns.append([Typed(each, Unit.DATE) for each in chart.previous_labels])
    _add(chart.series, heads, columns, words)
    return Grid(title, tuple(heads), tuple(zip(*columns, strict=True)))


def _named(chart: BarChart | Pareto, title: str, words: Formatter) -> Grid:
    weekdays = chart.naming is Naming.WEEKDAYS
    labels = words.calendar.weekdays() if weekdays else chart.labels
    heads = [words.text("Weekday" if weekdays else "Product")]
    columns = [[Typed(each, Unit.TEXT) for each in labels]]
    if isinstance(chart, Pareto):
        heads.append(words.text("ABC class"))
        columns.append([Typed(each, Unit.TEXT) for each in chart.classes])
    _add(chart.series, heads, columns, words)
    return Grid(title, tuple(heads), tuple(zip(*columns, strict=True)))


def _add(
    series: Iterable[Series], heads: list[str], columns: list[list[Typed]], words: Formatter
) -> None:
    for each in series:
        label = words.text(each.label)
        heads.append(label)
        columns.append([Typed(value, each.unit) for value in each.values])
        if each.previous is not None:
            heads.append(words.text("%(label)s, before", label=label))
            columns.append([Typed(value, each.unit) for value in each.previous])


def _steps(chart: Waterfall, title: str, words: Formatter) -> Grid:
    return Grid(
        title,
        tuple(words.text(each) for each in ("Step", "Amount", "Before", "Change")),
        tuple(
            (
                Typed(words.text(step.label), Unit.TEXT),
                Typed(_signed(step, step.value), step.unit),
                Typed(_signed(step, step.previous), step.unit),
                changed(step.change, step.unit, words),
            )
            for step in chart.steps
        ),
    )


def _signed(step: Step, value: int | None) -> int | None:
    """What a step does to the sum: what is taken off is below 0."""
    return -value if value is not None and step.movement is Movement.SUBTRACT else value


def _table(table: Table, title: str, words: Formatter) -> Grid:
    units = [column.unit for column in table.columns]
    keys = [column.key for column in table.columns]
    named = keys.index("product") if "product" in keys else 0

    def rows() -> Iterator[tuple[Typed, ...]]:
        for row in table.rows:
            yield tuple(map(Typed, row, units))
        for each in table.footer:
            cells = [Typed(cell, unit) for cell, unit in zip(each.cells, units, strict=True)]
            cells[named] = Typed(words.text(each.label), Unit.TEXT)
            yield tuple(cells)

    heads = tuple(label_of(column.label, words) for column in table.columns)
    return Grid(title, heads, tuple(rows()))
