"""What a document says where its data has gaps: nothing is 0, or unchanged, by ignorance.

A 0 of what is not known becomes no value. What is compared with days that are not known, or is
incomplete on either side, has no change. Every field goes through ``Incomplete`` by what
``figure_fields`` says of it. The CSV keeps its rows: its header says the gaps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from msgspec.structs import replace

from common.reports.document.figure_fields import FIELDS, Over, Tells, figure_of, tells
from common.reports.document.gaps import NOT_KNOWN, DataGap, GapRule, Side, rule_of
from common.reports.document.headlines import Kpi
from common.reports.document.known_days import is_of_days, overlap, unknown_of
from common.reports.document.schema import (
    BarChart,
    Days,
    Document,
    LineChart,
    Movement,
    Pareto,
    Section,
    Series,
    Step,
    Waterfall,
)
from common.reports.document.tables import Cell, Table

_RATIOS: Final = frozenset({"refund_rate_percent", "average_order_value"})
"""Figures of what was sold, whenever: those of fewer days can be compared as well."""

F = TypeVar("F", Kpi, Series, Step)


class Pair(NamedTuple):
    """Days of the window, and those that they are compared with; all of them without any."""

    now: Days | None = None
    before: Days | None = None


WHOLE: Final = Pair()
Places = Mapping[Over, Sequence[Pair]]
_NOWHERE: Final[Places] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Incomplete:
    """What a report's gaps leave of its figures, of as many ``days``. See ``incomplete``.

    ``note`` says why nothing is compared at all.
    """

    gaps: tuple[tuple[DataGap, GapRule], ...]
    note: str
    days: int

    def kpis(self, found: Sequence[Kpi]) -> tuple[Kpi, ...]:
        """The headline figures, without values and changes that are not known."""
        return tuple(map(self._kpi, found)) if self.gaps else tuple(found)

    def sections(self, found: Sequence[Section]) -> tuple[Section, ...]:
        """The sections; one that does nothing but compare is left out where nothing can be."""
        if not self.gaps:
            return tuple(found)
        return tuple(each for each in map(self._section, found) if each is not None)

    def compares(self, key: str, pair: Pair = WHOLE) -> bool:
        """Whether a figure can be told beside that of the days before."""
        sides = ((Side.NOW, pair.now), (Side.BEFORE, pair.before))
        return all(self.knows(key, *side) for side in sides) and (
            key in _RATIOS or not any(self._unknown_days(*side) for side in sides)
        )

    def knows(self, key: str, side: Side = Side.NOW, days: Days | None = None) -> bool:
        """Whether a figure that is 0 in days of a side is known to be."""
        if self._is_unknown(side, days):
            return False
        about = (gap.reach(side) for gap, rule in self.gaps if key in rule.unknown)
        return not any(overlap(extent, days) for extent in about if extent is not None)

    def knows_last_year(self, key: str) -> bool:
        """The same of a year ago; a sum of some of those days is none of them all."""
        return self.knows(key, Side.LAST_YEAR) and not self._unknown_days(Side.LAST_YEAR, None)

    def _unknown_days(self, side: Side, days: Days | None) -> int:
        """Of how many days of a side nothing is known."""
        return unknown_of((gap.reach(side) for gap, _ in self.gaps if is_of_days(gap)), days)

    def _is_unknown(self, side: Side, days: Days | None = None) -> bool:
        """Whether nothing is known of days of a side."""
        return self._unknown_days(side, days) >= (self.days if days is None else days.count)

    def _left(self, key: str, told: Tells, value: Any, pair: Pair) -> Any:
        """A number, or None where it tells what is not known."""
        if value is None:
            return None
        match told:
            case Tells.VALUE:
                left = value != 0 or self.knows(key, Side.NOW, pair.now)
            case Tells.LAST_YEAR:
                left = self.knows_last_year(key) or (
                    value != 0 and not self._unknown_days(Side.LAST_YEAR, None)
                )
            case Tells.BEFORE if not self.note:
                left = value != 0 or self.knows(key, Side.BEFORE, pair.before)
            case _:
                left = self.compares(figure_of(key), pair)
        return value if left else None

    def _figure(self, found: F, places: Places = _NOWHERE) -> F:
        """A figure without what is not known, whatever its fields are."""
        left = {}
        for name, (told, over) in FIELDS[type(found)].items():
            value, says = getattr(found, name), tells(found.key, told)
            left[name] = (
                tuple(
                    self._left(found.key, says, each, pair)
                    for each, pair in zip(value, places.get(over) or repeat(WHOLE), strict=False)
                )
                if isinstance(value, tuple)
                else self._left(found.key, says, value, WHOLE)
            )
        return replace(found, **left)

    def _kpi(self, kpi: Kpi) -> Kpi:
        left = self._figure(kpi)
        if left.value is None and (kpi.value == 0 or self._is_unknown(Side.NOW)):
            return replace(
                left, previous=None, change=None, uncertainty=None, clear=True, note=NOT_KNOWN
            )
        alone = kpi.previous is None and not self._is_unknown(Side.BEFORE)
        if alone or kpi.note or self.compares(kpi.key):
            return left
        return replace(left, note=self.note or self._why(kpi.key))

    def _why(self, key: str) -> str:
        """Why a figure is not compared."""
        return next(
            rule.note for gap, rule in self.gaps if key in rule.unknown and (gap.now or gap.before)
        )

    def _section(self, section: Section) -> Section | None:
        """A section; None for one that has nothing else to tell than what is not known."""
        match section:
            case LineChart():
                return self._series(section, _places(section))
            case BarChart() if section.diverging and not self._compares_all(section.series):
                return None
            case Pareto() if not all(self.knows(each.key) for each in section.series):
                return None
            case BarChart() | Pareto():
                return self._series(section, _NOWHERE)
            case Waterfall():
                return replace(section, steps=tuple(self._steps(section.steps)))
            case Table():
                return self._table(section)

    def _compares_all(self, series: Iterable[Series]) -> bool:
        return all(self.compares(figure_of(each.key)) for each in series)

    def _series(self, chart: LineChart | BarChart | Pareto, places: Places) -> Section:
        return replace(chart, series=tuple(self._figure(each, places) for each in chart.series))

    def _steps(self, steps: Iterable[Step]) -> Iterable[Step]:
        """The steps, without what is taken off or put on by a 0 that is not known."""
        for step in map(self._figure, steps):
            if step.value is not None or step.movement is Movement.LEVEL:
                yield step

    def _table(self, table: Table) -> Table:
        keys = [column.key for column in table.columns]

        def cells(row: Sequence[Cell]) -> tuple[Cell, ...]:
            told = zip(keys, row, strict=True)
            return tuple(self._left(key, tells(key), cell, WHOLE) for key, cell in told)

        return replace(
            table,
            rows=tuple(map(cells, table.rows)),
            footer=tuple(replace(each, cells=cells(each.cells)) for each in table.footer),
        )


def incomplete(gaps: Sequence[DataGap], *, days: int) -> Incomplete:
    """What ``gaps`` leave of a report's figures, whose window has so many ``days``."""
    ruled = tuple((gap, rule) for gap in gaps if (rule := rule_of(gap)) and not rule.known)
    of_days = (rule for gap, rule in ruled if rule.everything and (gap.now or gap.before))
    return Incomplete(gaps=ruled, note=next((rule.note for rule in of_days), ""), days=days)


def incomplete_document(document: Document) -> Incomplete:
    """What a document's gaps leave of its figures."""
    return incomplete(document.gaps, days=document.days.count)


def _places(chart: LineChart) -> Places:
    """The days of a chart, and its weeks, each with those compared with."""
    days = map(Pair, map(_day, chart.labels), map(_day, chart.previous_labels))
    return {
        Over.PLACES: tuple(days),
        Over.WEEKS: tuple(map(Pair, chart.weeks, chart.previous_weeks)),
    }


def _day(day: date) -> Days:
    return Days(day, day, 1)
