"""What a document says where its data has gaps: nothing is 0, or unchanged, by ignorance.

A 0 of what is not known becomes no value. What is compared with days that are not known, or is
incomplete on either side, has no change. The CSV keeps its rows: its header says the gaps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from common.reports.document.changes import Change
from common.reports.document.gaps import (
    NOT_KNOWN,
    DataGap,
    Extent,
    GapKind,
    GapRule,
    is_all_unknown,
    rule_of,
)
from common.reports.document.headlines import Kpi
from common.reports.document.schema import (
    BarChart,
    Document,
    LineChart,
    Movement,
    Pareto,
    Section,
    Series,
    Step,
    Waterfall,
)
from common.reports.document.tables import BEFORE, CHANGES, Cell, Table, is_before

_OF_CHANGE = (*CHANGES, "rank_change")
_RATIOS = frozenset({"refund_rate_percent", "average_order_value"})
"""Figures of what was sold, whenever: those of fewer days can be compared as well."""

Values = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """What a report's gaps leave of its figures. See ``incomplete``.

    ``note`` says why nothing is compared at all; ``history`` is the first day that is known, where
    days compared with lie before it. ``all_unknown``: nothing is known of any day.
    """

    gaps: tuple[tuple[DataGap, GapRule], ...]
    note: str
    history: date | None
    all_unknown: bool

    def kpis(self, found: Sequence[Kpi]) -> tuple[Kpi, ...]:
        """The headline figures, without values and changes that are not known."""
        return tuple(map(self._kpi, found)) if self.gaps else tuple(found)

    def sections(self, found: Sequence[Section]) -> tuple[Section, ...]:
        """The sections; one that does nothing but compare is left out where nothing can be."""
        if not self.gaps:
            return tuple(found)
        return tuple(each for each in map(self._section, found) if each is not None)

    def compares(self, key: str) -> bool:
        """Whether a figure can be told beside that of the days before."""
        return (not self.note or key in _RATIOS) and self.knows(key)

    def knows(self, key: str) -> bool:
        """Whether a figure that is 0 is known to be."""
        return not self._about(key)

    def _about(self, key: str) -> list[tuple[DataGap, GapRule]]:
        """The gaps by which a figure is not known."""
        return [(gap, rule) for gap, rule in self.gaps if key in rule.unknown]

    def _kpi(self, kpi: Kpi) -> Kpi:
        about = self._about(kpi.key)
        if kpi.value == 0 and (self.all_unknown or any(gap.now for gap, _ in about)):
            return replace(kpi, value=None, previous=None, change=None, note=NOT_KNOWN)
        if kpi.previous is None or self.compares(kpi.key):
            return kpi
        note = self.note or about[0][1].note
        # A sum of some of the days compared with is none of them all.
        return replace(kpi, previous=None if self.note else kpi.previous, change=None, note=note)

    def _section(self, section: Section) -> Section | None:
        match section:
            case LineChart():
                return replace(
                    section, series=tuple(self._line(s, section) for s in section.series)
                )
            case BarChart() if section.diverging and self.note:
                return None
            case BarChart() | Pareto():
                return replace(section, series=tuple(map(self._bars, section.series)))
            case Waterfall():
                return replace(section, steps=tuple(self._steps(section.steps)))
            case Table():
                return self._table(section)

    def _line(self, series: Series, chart: LineChart) -> Series:
        about = [gap for gap, _ in self._about(series.key)]
        now, before = [gap.now for gap in about], [gap.before for gap in about]
        weeks = [week.first for week in chart.previous_weeks]
        previous = _without(series.previous, chart.previous_labels, before)
        return replace(
            series,
            values=_without(series.values, chart.labels, now) or (),
            previous=self._since(previous, chart.previous_labels),
            weekly_previous=self._since(series.weekly_previous, weeks),
            total=series.total if series.total or not any(now) else None,
            total_previous=None if self.history else series.total_previous,
            changes=self._changes(series.key, series.changes),
            weekly_changes=self._changes(series.key, series.weekly_changes),
        )

    def _since(self, values: Values | None, days: Sequence[date]) -> Values | None:
        """Values of days, or of weeks by their first day, from the first day known on."""
        begins = self.history
        if values is None or begins is None:
            return values
        return tuple(
            value if day >= begins else None for value, day in zip(values, days, strict=True)
        )

    def _changes(
        self, key: str, changes: tuple[Change | None, ...] | None
    ) -> tuple[Change | None, ...] | None:
        if changes is None or self.compares(key):
            return changes
        return (None,) * len(changes)

    def _bars(self, series: Series) -> Series:
        """Bars whose window is not wholly known have nothing to stand beside."""
        if series.previous is None or not self.note:
            return series
        return replace(
            series,
            previous=(None,) * len(series.previous),
            changes=self._changes(series.key, series.changes),
        )

    def _steps(self, steps: Iterable[Step]) -> Iterable[Step]:
        """Without changes that are not known, and without what is taken off or put on by 0 so."""
        for step in steps:
            if step.value or step.movement is Movement.LEVEL or not self._about(step.key):
                yield step if self.compares(step.key) else replace(step, change=None)

    def _table(self, table: Table) -> Table:
        keys = [column.key for column in table.columns]
        return replace(
            table,
            rows=tuple(tuple(map(self._cell, keys, row)) for row in table.rows),
            footer=tuple(
                replace(each, cells=tuple(map(self._cell, keys, each.cells)))
                for each in table.footer
            ),
        )

    def _cell(self, key: str, cell: Cell) -> Cell:
        if is_before(key) or key.endswith(_OF_CHANGE):
            return cell if self.compares(_figure_of(key)) else None
        return None if cell == 0 and self._about(key) else cell


def incomplete(gaps: Sequence[DataGap], *, days: int) -> Incomplete:
    """What ``gaps`` leave of a report's figures, whose window has so many ``days``."""
    ruled = tuple((gap, rule) for gap in gaps if (rule := rule_of(gap)) and not rule.known)
    return Incomplete(
        gaps=ruled,
        note=next((rule.note for _, rule in ruled if rule.everything), ""),
        history=next(
            (gap.day for gap, _ in ruled if gap.kind == GapKind.HISTORY_BEGINS and gap.before), None
        ),
        all_unknown=is_all_unknown(gaps, days),
    )


def incomplete_document(document: Document) -> Incomplete:
    """What a document's gaps leave of its figures."""
    return incomplete(document.gaps, days=document.days.count)


def _figure_of(key: str) -> str:
    """The figure that a column compares: ``returns`` of ``returns_change_percent``."""
    name = key.removeprefix(BEFORE).removesuffix("_change_percent")
    return f"{name.removesuffix('_change_points')}_percent" if "_points" in name else name


def _without(
    values: Values | None, days: Sequence[date], gaps: Sequence[Extent | None]
) -> Values | None:
    """Values of days, but for each 0 on a day that one of ``gaps`` touches."""
    spans = [(gap.first, gap.last) for gap in gaps if gap is not None]
    if values is None or not spans:
        return values
    return tuple(
        None if value == 0 and any(first <= day <= last for first, last in spans) else value
        for value, day in zip(values, days, strict=True)
    )
