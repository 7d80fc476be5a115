"""Revenue overview: the ledger's sums for the window, and for each of its days.

The CSV has one row a day with every figure and, beside each, the same day of the previous window.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from common.reports import figures
from common.reports.document import LineChart, Table, column, kpi, series
from common.reports.figures import Figure
from common.reports.model import Body, Definition, Presentation, Row, Scope
from common.reports.totals import Totals, total

Measure = Callable[[Totals], int | None]

MEASURES: tuple[tuple[Figure, Measure], ...] = (
    (figures.GROSS, lambda t: t.gross),
    (figures.DISCOUNTS, lambda t: t.discounts),
    (figures.RETURNS, lambda t: -t.returns),
    (figures.NET, lambda t: t.net),
    (figures.SHIPPING, lambda t: t.shipping),
    (figures.TAX, lambda t: t.tax),
    (figures.TOTAL, lambda t: t.total),
    (figures.ORDERS, lambda t: t.orders),
    (figures.AOV, lambda t: t.average_order_value),
    (figures.UNITS_SOLD, lambda t: t.units_sold),
    (figures.UNITS_RETURNED, lambda t: t.units_returned),
)

PREVIOUS_DAY = figures.DAY.previous()

COLUMNS = (
    figures.DAY,
    *(figure for figure, _ in MEASURES),
    PREVIOUS_DAY,
    *(figure.previous() for figure, _ in MEASURES),
)


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
            *(measure(totals) for _, measure in MEASURES),
            previous_day.isoformat(),
            *(measure(previous) for _, measure in MEASURES),
        )


def body(result: RevenueOverview, scope: Scope) -> Body:
    """Headline figures, the daily chart and the daily table."""
    now, before = total(result.days), total(result.previous_days)
    return Body(
        summary="What came in, day by day, beside the days before.",
        kpis=tuple(kpi(figure, measure(now), measure(before)) for figure, measure in MEASURES),
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
                figure,
                tuple(measure(totals) for totals in result.days),
                tuple(measure(totals) for totals in result.previous_days),
            )
            for figure, measure in _net_first()
        ),
    )


def _net_first() -> tuple[tuple[Figure, Measure], ...]:
    """The measures with net sales in front: what a reader looks for first."""
    return tuple(sorted(MEASURES, key=lambda entry: entry[0] is not figures.NET))


def _table(result: RevenueOverview, scope: Scope, now: Totals, before: Totals) -> Table:
    width = 1 + len(MEASURES)
    return Table(
        key="days",
        title="All days",
        description="The figures of each day, in the shop's time zone.",
        columns=tuple(column(figure) for figure in COLUMNS[:width]),
        rows=tuple(row[:width] for row in rows(result, scope)),
        footer=(
            ("Total", *(measure(now) for _, measure in MEASURES)),
            ("Previous", *(measure(before) for _, measure in MEASURES)),
        ),
    )


DEFINITION: Definition[RevenueOverview] = Definition(
    slug="revenue-overview",
    title="Revenue overview",
    description="Gross to net to total sales, orders and units, day by day.",
    discord="revenue",
    presentation=Presentation(columns=COLUMNS, body=body, rows=rows),
)
