"""Revenue overview: the ledger's sums for the window, and for each of its days.

The CSV has one row a day: every figure, the figure of the day as far into the previous window, and
the change.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from common.reports import figures, measures
from common.reports.document import LineChart, Table, column, series
from common.reports.measures import cells, columns, kpis
from common.reports.model import Body, Definition, Presentation, Row, Scope, select
from common.reports.totals import Totals, total

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
COLUMNS = (figures.DAY, figures.DAY.previous(), *columns(MEASURES))
SHOWN = (figures.DAY, *(measure.figure for measure in MEASURES))
"""The table's columns on the page; the previous window is drawn in the chart."""


@dataclass(frozen=True, slots=True)
class RevenueOverview:
    """The totals of each day of the window, and of each day of the previous one, in order."""

    days: tuple[Totals, ...]
    previous_days: tuple[Totals, ...]


def rows(result: RevenueOverview, scope: Scope) -> Iterator[Row]:
    """One row a day: the figures, then those of the day as far into the previous window."""
    for day, totals, previous_day, previous in zip(
        scope.window.dates(scope.zone),
        result.days,
        scope.previous.dates(scope.zone),
        result.previous_days,
        strict=True,
    ):
        yield (
            day.isoformat(),
            previous_day.isoformat(),
            *cells(MEASURES, totals, previous),
        )


def body(result: RevenueOverview, scope: Scope) -> Body:
    """Headline figures, the daily chart and the daily table."""
    now, before = total(result.days), total(result.previous_days)
    return Body(
        summary="What came in, day by day, beside the days before.",
        kpis=kpis(MEASURES, now, before),
        sections=(_chart(result, scope), _table(result, scope, now, before)),
        empty=now == Totals(),
    )


def _chart(result: RevenueOverview, scope: Scope) -> LineChart:
    return LineChart(
        key="daily",
        title="Day by day",
        description="Each day of the window beside the day as far into the previous window.",
        labels=scope.window.dates(scope.zone),
        previous_labels=scope.previous.dates(scope.zone),
        series=tuple(
            series(
                measure.figure,
                tuple(map(measure.of, result.days)),
                tuple(map(measure.of, result.previous_days)),
            )
            for measure in sorted(MEASURES, key=lambda each: each is not measures.NET)
        ),
    )


def _table(result: RevenueOverview, scope: Scope, now: Totals, before: Totals) -> Table:
    return Table(
        key="days",
        title="All days",
        description="The figures of each day, in the shop's time zone.",
        columns=tuple(map(column, SHOWN)),
        rows=select(COLUMNS, SHOWN, rows(result, scope)),
        footer=(
            ("Total", *(measure.of(now) for measure in MEASURES)),
            ("Previous", *(measure.of(before) for measure in MEASURES)),
        ),
    )


DEFINITION: Definition[RevenueOverview] = Definition(
    slug="revenue-overview",
    title="Revenue overview",
    description="Gross to net to total sales, orders and units, day by day.",
    discord="revenue",
    presentation=Presentation(columns=COLUMNS, body=body, rows=rows),
)
