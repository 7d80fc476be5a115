"""Key figures: which of a document's headline figures is the hero and which are tiles.

A figure whose days a chart of the page has shows them as a line, and chooses the chart's measure.
"""

from dataclasses import dataclass
from typing import Final

from common.reports.document.headlines import Kpi
from common.reports.document.metrics import Unit
from common.reports.document.schema import Document, LineChart, Series, Waterfall
from common.reports.indexing import EXPONENT
from report_pages.sparkline import Sparkline, sparkline

COARSE: Final = 10**EXPONENT
"""An index below 1 has so few steps that a line of its days would be stairs."""
TILES: Final = 4
"""So many figures stand beside the hero."""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A headline figure; ``measure`` is the chart's measure of its days, empty for none."""

    kpi: Kpi
    measure: str
    days: Sparkline | None


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The one figure in front, those beside it, and the chart that shows their days."""

    hero: KeyFigure | None
    tiles: tuple[KeyFigure, ...]
    chart: LineChart | None


def key_figures(document: Document) -> KeyFigures:
    """The key figures of a document; without a headline figure there is no hero."""
    chart = next((each for each in document.sections if isinstance(each, LineChart)), None)
    by_key = {each.key: each for each in document.kpis}
    hero = by_key.get(document.headline.kpi)
    tiles = [by_key[key] for key in document.headline.tiles if key in by_key]
    chosen = tiles or _chosen(document)
    return KeyFigures(
        hero=None if hero is None else _figure(hero, chart, document),
        tiles=tuple(_figure(each, chart, document) for each in chosen[:TILES]),
        chart=chart,
    )


def _chosen(document: Document) -> list[Kpi]:
    """Where a document names no tiles: first those that are no part of a sum."""
    steps = {
        step.key
        for section in document.sections
        if isinstance(section, Waterfall)
        for step in section.steps
    }
    others = [each for each in document.kpis if each.key != document.headline.kpi]
    return sorted(others, key=lambda each: each.reduction or each.key in steps)


def _figure(kpi: Kpi, chart: LineChart | None, document: Document) -> KeyFigure:
    key = kpi.measure or kpi.key
    found = next((each for each in _series(chart) if each.key == key), None)
    if found is None:
        return KeyFigure(kpi, "", None)
    stairs = document.indexed and found.unit is Unit.MONEY and _highest(found) < COARSE
    return KeyFigure(kpi, found.key, None if stairs else sparkline(found.values))


def _highest(series: Series) -> int:
    return max((abs(each) for each in series.values if each is not None), default=0)


def _series(chart: LineChart | None) -> tuple[Series, ...]:
    return () if chart is None else chart.series
