"""Indexing: a report whose amounts of money are told as an index, net sales of its period as 100.

Every amount is divided by the one base and told in hundredths: what a currency, or prices ten times
as high, would change is not in it. Changes are taken before that, of what is exact. Where net sales
are not above 0 there is no base, and no amount but 0 is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from common.reports.document import metrics
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.gaps import DataGap, Extent, Side
from common.reports.document.headlines import BestDay, BestProduct, Kpi
from common.reports.document.metrics import Figure, Unit
from common.reports.document.schema import (
    Band,
    BarChart,
    Document,
    LineChart,
    Pareto,
    Section,
    Series,
    Step,
    Waterfall,
)
from common.reports.document.series_changes import changes_of
from common.reports.document.tables import Cell, Table
from common.reports.model import Row
from common.reports.money import divide_half_even

EXPONENT: Final = 2
"""An index has so many decimals: of a year, one would tell all days alike."""
HUNDRED: Final = 100 * 10**EXPONENT
"""What the base is told as."""
NO_CURRENCY: Final = ""
"""The currency of a document whose amounts are indexed."""
NO_INDEX: Final = "No index: net sales are not above 0"
"""Why no amount is told."""

Values = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """Amounts as an index of ``base``, in the unit of the amounts; None for no base."""

    base: int | None

    @classmethod
    def of(cls, document: Document) -> "Index":
        """The index of a document: by the net sales of its period."""
        net = next((each.value for each in document.kpis if each.key == metrics.NET.key), None)
        return cls(net if net is not None and net > 0 else None)

    def value(self, amount: int | None) -> int | None:
        """An amount in hundredths of the index; None where there is none."""
        if not amount or self.base is None:
            return 0 if amount == 0 else None
        return divide_half_even(amount * HUNDRED, self.base)

    def rows(self, columns: tuple[Figure, ...], rows: Iterator[Row]) -> Iterator[Row]:
        """Rows of ``columns``, the amounts among their cells indexed."""
        money = tuple(column.unit is Unit.MONEY for column in columns)
        for row in rows:
            yield self._row(money, row)

    def document(self, document: Document) -> Document:
        """The document with its amounts indexed, and no currency."""
        best = document.headline.best
        return replace(
            document,
            currency=NO_CURRENCY,
            money_exponent=EXPONENT,
            headline=replace(document.headline, best=self._best(best)),
            kpis=tuple(map(self._kpi, document.kpis)),
            sections=tuple(
                each for each in map(self._section, document.sections) if each is not None
            ),
            gaps=tuple(map(_without_amounts, document.gaps)),
        )

    def _row(self, money: tuple[bool, ...], row: Row) -> Row:
        return tuple(
            self.value(cell) if is_money and isinstance(cell, int) else cell
            for is_money, cell in zip(money, row, strict=True)
        )

    def _values(self, values: Values | None) -> Values | None:
        return None if values is None else tuple(map(self.value, values))

    def _change(self, change: Change | None) -> Change | None:
        """A change of amounts: a mere difference is an amount itself."""
        if change is None or change.kind is not ChangeKind.DIFFERENCE:
            return change
        value = self.value(change.value)
        return None if value is None else Change(change.kind, value)

    def _changes(self, changes: tuple[Change | None, ...]) -> tuple[Change | None, ...]:
        return tuple(map(self._change, changes))

    def _best(self, best: BestDay | BestProduct | None) -> BestDay | BestProduct | None:
        if best is None or best.unit is not Unit.MONEY:
            return best
        value = self.value(best.value)
        return None if value is None else replace(best, value=value)

    def _kpi(self, kpi: Kpi) -> Kpi:
        """A headline figure; where it has no index, that is said in place of a comparison."""
        if kpi.unit is not Unit.MONEY:
            return kpi
        told = self.base is not None or not any((kpi.value, kpi.previous, kpi.last_year))
        return replace(
            kpi,
            note=kpi.note if kpi.note or told else NO_INDEX,
            value=self.value(kpi.value),
            previous=self.value(kpi.previous),
            change=self._change(kpi.change),
            uncertainty=self.value(kpi.uncertainty),
            last_year=self.value(kpi.last_year),
        )

    def _section(self, section: Section) -> Section | None:
        """A section; one whose amounts cannot be left out is left out without a base."""
        match section:
            case LineChart() | BarChart():
                return replace(section, series=tuple(map(self._series, section.series)))
            case Table():
                return self._table(section)
            case _ if self.base is None:
                return None
            case Pareto():
                return replace(
                    section,
                    series=tuple(map(self._series, section.series)),
                    bands=tuple(map(self._band, section.bands)),
                )
            case Waterfall():
                return replace(section, steps=tuple(map(self._step, section.steps)))

    def _series(self, series: Series) -> Series:
        """A measure; its changes come with it, as they cannot be taken from what is rounded."""
        if series.unit is not Unit.MONEY:
            return series
        compared, by_week = series.previous is not None, series.weekly_previous is not None
        return replace(
            series,
            values=self._values(series.values) or (),
            previous=self._values(series.previous),
            weekly=self._values(series.weekly),
            weekly_previous=self._values(series.weekly_previous),
            total=self.value(series.total),
            total_previous=self.value(series.total_previous),
            changes=self._changes(changes_of(series)) if compared else None,
            weekly_changes=self._changes(changes_of(series, weekly=True)) if by_week else None,
            total_change=self._change(series.total_change),
        )

    def _step(self, step: Step) -> Step:
        if step.unit is not Unit.MONEY:
            return step
        return replace(
            step,
            value=self.value(step.value),
            previous=self.value(step.previous),
            change=self._change(step.change),
        )

    def _band(self, band: Band) -> Band:
        return replace(band, net_sales=self.value(band.net_sales) or 0)

    def _table(self, table: Table) -> Table:
        money = tuple(column.unit is Unit.MONEY for column in table.columns)

        def indexed(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
            return self._row(money, cells)

        return replace(
            table,
            rows=tuple(map(indexed, table.rows)),
            footer=tuple(replace(each, cells=indexed(each.cells)) for each in table.footer),
        )


def _without_amounts(gap: DataGap) -> DataGap:
    """A gap without the amounts that it is about."""

    def of(extent: Extent | None) -> Extent | None:
        return None if extent is None else replace(extent, amount=None)

    return replace(gap, **{side.value: of(gap.reach(side)) for side in Side})
