"""Revenue overview: the ledger's sums for the window, and for each of its days.

The CSV has one row a day: every figure, the figure of the day it is compared with, and
the change, then the sales reversals by kind. The page draws the days, and how gross becomes net and
total sales.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from common.reports.document import metrics
from common.reports.document.headlines import Headline
from common.reports.document.metrics import Figure
from common.reports.document.schema import LineChart, Movement, Step, Waterfall
from common.reports.document.tables import Cell
from common.reports.model import Body, Definition, Presentation, Presented, Row, Scope
from common.reports.presenting import measures
from common.reports.presenting.elements import step
from common.reports.presenting.line_chart import best_day, line_chart
from common.reports.presenting.measures import Measure, cells, columns, kpis
from common.reports.report_section import ReportSection
from common.reports.totals.reversals import Reversals, whole
from common.reports.totals.totals import Totals, total

MEASURES = (
    measures.GROSS,
    measures.DISCOUNTS,
    measures.RETURNS,
    measures.NET,
    measures.SHIPPING,
    measures.TAX,
    measures.TOTAL,
    measures.ORDERS,
    measures.AOV,
    measures.UNITS_SOLD,
    measures.UNITS_RETURNED,
)
SHOWN = (*MEASURES, measures.REFUND_RATE)
"""The page's measures: those of the CSV, and what follows from them."""
TILES = (measures.ORDERS, measures.AOV, measures.UNITS_SOLD, measures.REFUND_RATE)
KINDS: tuple[tuple[Figure, Callable[[Reversals], int]], ...] = (
    (metrics.RETURNED, lambda reversals: -reversals.returned),
    (metrics.CANCELLED, lambda reversals: -reversals.cancelled),
    (metrics.EDITED, lambda reversals: -reversals.edited),
)
"""What sales reversals consist of: together they are ``measures.RETURNS``."""
COLUMNS = (
    metrics.DAY,
    metrics.DAY.previous(),
    *columns(MEASURES),
    *(figure for figure, _ in KINDS),
)
STEPS: tuple[tuple[Measure, Movement], ...] = (
    (measures.GROSS, Movement.LEVEL),
    (measures.DISCOUNTS, Movement.SUBTRACT),
    (measures.RETURNS, Movement.SUBTRACT),
    (measures.NET, Movement.LEVEL),
    (measures.SHIPPING, Movement.ADD),
    (measures.TAX, Movement.ADD),
    (measures.TOTAL, Movement.LEVEL),
)
"""From gross to total sales: what is taken off is told by its size, reversals kind by kind."""


@dataclass(frozen=True, slots=True)
class RevenueOverview:
    """The totals of each day of the window, and of each day of the previous one, in order.

    So are the reversals by kind; none are given where the kinds are not known.
    """

    days: tuple[Totals, ...]
    previous_days: tuple[Totals, ...]
    reversals: tuple[Reversals, ...] = ()
    previous_reversals: tuple[Reversals, ...] = ()


def _rows(result: RevenueOverview, scope: Scope) -> Iterator[Row]:
    """One row a day: the figures, then those of the day it is compared with."""
    kinds = result.reversals or (None,) * len(result.days)
    for day, totals, previous_day, previous, reversals in zip(
        scope.window.dates(scope.zone),
        result.days,
        scope.previous.dates(scope.zone),
        result.previous_days,
        kinds,
        strict=True,
    ):
        yield (
            day.isoformat(),
            previous_day.isoformat(),
            *cells(MEASURES, totals, previous),
            *_kinds(reversals),
        )


def _kinds(reversals: Reversals | None) -> tuple[Cell, ...]:
    return tuple(None if reversals is None else of(reversals) for _, of in KINDS)


def present(result: RevenueOverview, scope: Scope) -> Presented:
    """Headline figures, the days as a line, and the way from gross to total sales."""
    now, before = total(result.days), total(result.previous_days)
    body = Body(
        summary="What came in, day by day, beside the days compared with.",
        headline=Headline(
            kpi=metrics.NET.key,
            best=best_day(scope, measures.NET, result.days),
            tiles=tuple(each.figure.key for each in TILES),
        ),
        kpis=kpis(SHOWN, now, before),
        sections=(_daily(result, scope), _waterfall(result, now, before)),
        empty=now == Totals(),
    )
    return Presented(body, _rows(result, scope))


def _daily(result: RevenueOverview, scope: Scope) -> LineChart:
    return line_chart(
        scope,
        sorted(SHOWN, key=lambda each: each is not measures.NET),
        result.days,
        result.previous_days,
        description="Each day beside the day that it is compared with.",
    )


def _waterfall(result: RevenueOverview, now: Totals, before: Totals) -> Waterfall:
    steps: list[Step] = []
    for measure, movement in STEPS:
        if measure is measures.RETURNS and result.reversals:
            steps += _reversals(whole(result.reversals), whole(result.previous_reversals))
        else:
            value, previous = measure.of(now) or 0, measure.of(before) or 0
            steps.append(step(measure.figure, movement, value, previous))
    return Waterfall(
        key="waterfall",
        title="From gross to total sales",
        description="What discounts and sales reversals take off, and what shipping and tax add.",
        steps=tuple(steps),
    )


def _reversals(now: Reversals, before: Reversals) -> Iterator[Step]:
    """A step for each kind of sales reversals that there is now or was before; for none, one."""
    for figure, of in KINDS:
        alone = figure is metrics.RETURNED and not (now.whole or before.whole)
        if alone or of(now) or of(before):
            yield step(figure, Movement.SUBTRACT, of(now), of(before))


DEFINITION: Definition[RevenueOverview] = Definition(
    slug="revenue-overview",
    title="Revenue overview",
    description="Gross to net to total sales, orders and units, day by day.",
    discord="revenue",
    place=10,
    presentation=Presentation(
        columns=COLUMNS,
        present=present,
        sections=(
            ReportSection("daily", "Day by day", rows=True, best=True),
            ReportSection(
                "waterfall",
                "From gross to total sales",
                columns=tuple(figure for figure, _ in KINDS),
            ),
        ),
        of_totals=measures.of_totals,
    ),
)
