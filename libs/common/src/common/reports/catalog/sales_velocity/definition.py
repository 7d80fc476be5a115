"""Sales velocity: units, orders and revenue per day, their rhythm, and each product's pace.

The CSV has one row a product: every product of the shop, the unsold ones too, fastest first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from common.reports import figures, measures, products
from common.reports.catalog.sales_velocity.pace import (
    days_of_cover,
    moving_average,
    per_day,
    trend_per_week,
    weekday_profile,
)
from common.reports.document import BarChart, Kpi, LineChart, Table, column, kpi, series
from common.reports.figures import Better, Figure, Unit
from common.reports.measures import cells, columns, kpis
from common.reports.model import Body, Definition, Presentation, Row, Scope, select
from common.reports.money import change, ratio
from common.reports.products import ProductTotals
from common.reports.totals import Totals, total
from common.reports.window import Window

LISTED = 10
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

UNITS_PER_DAY = Figure(
    "units_per_day",
    "Units per day",
    Unit.RATE,
    "Units sold divided by the days of the window.",
    Better.UP,
)
ORDERS_PER_DAY = Figure(
    "orders_per_day",
    "Orders per day",
    Unit.RATE,
    "Orders paid divided by the days of the window.",
    Better.UP,
)
NET_PER_DAY = Figure(
    "net_sales_per_day",
    "Net sales per day",
    Unit.MONEY,
    "Net sales divided by the days of the window, rounded half even.",
    Better.UP,
)
TREND = Figure(
    "trend_units_per_week",
    "Trend, units per day each week",
    Unit.RATE,
    "Units per day gained or lost each week: seven times the slope of a straight line fitted to"
    " the daily units sold by least squares.",
    Better.UP,
)
AVERAGE = Figure(
    "units_sold_7_day_average",
    "7-day average of units",
    Unit.RATE,
    "Mean of the units sold on the day and the six days before it.",
)
WEEKDAY_UNITS = Figure(
    "units_sold_by_weekday",
    "Units on an average weekday",
    Unit.RATE,
    "Units sold on that weekday divided by how often it occurs in the window.",
)

ON_HAND = Figure(
    "on_hand",
    "On hand",
    Unit.COUNT,
    "Pieces at the latest stock count before the window's end; empty where none was imported.",
)
DAYS_OF_COVER = Figure(
    "days_of_cover",
    "Days of cover",
    Unit.RATE,
    "How long the pieces on hand last at the window's pace: on hand divided by units per day,"
    " from the units themselves; 0 with nothing on hand, empty without a count or without sales.",
)

COUNTED = (measures.UNITS_SOLD, measures.UNITS_RETURNED, measures.NET)
COLUMNS = (
    *products.IDENTITY,
    UNITS_PER_DAY,
    UNITS_PER_DAY.previous(),
    UNITS_PER_DAY.change(),
    *columns(COUNTED),
    ON_HAND,
    DAYS_OF_COVER,
)
SHOWN = (
    products.PRODUCT,
    products.SKU,
    UNITS_PER_DAY,
    UNITS_PER_DAY.previous(),
    UNITS_PER_DAY.change(),
    figures.UNITS_SOLD,
    figures.UNITS_RETURNED,
    figures.NET,
    figures.NET.change(),
    DAYS_OF_COVER,
)
"""The tables' columns on the page."""


@dataclass(frozen=True, slots=True)
class SalesVelocity:
    """Daily totals of both windows, and the shop's products, fastest first (ties by id).

    ``on_hand`` are pieces by product id, where a count is known.
    """

    days: tuple[Totals, ...]
    previous_days: tuple[Totals, ...]
    products: tuple[ProductTotals, ...]
    on_hand: Mapping[str, int] = field(default_factory=dict)


def rows(result: SalesVelocity, scope: Scope) -> Iterator[Row]:
    """One row a product, fastest first. The windows are of equal length: units change as pace."""
    days = len(scope.window.dates(scope.zone))
    for product in result.products:
        now, previous = product.totals, product.previous
        pieces = result.on_hand.get(product.product_id)
        yield (
            *product.identity,
            per_day(now.units_sold, days),
            per_day(previous.units_sold, days),
            change(now.units_sold, previous.units_sold),
            *cells(COUNTED, now, previous),
            pieces,
            days_of_cover(pieces, now.units_sold, days),
        )


def body(result: SalesVelocity, scope: Scope) -> Body:
    """The shop's pace, rhythm and trend, and its fastest and slowest products."""
    table = select(COLUMNS, SHOWN, rows(result, scope))
    return Body(
        summary="How fast goods sell, and which of them speed up or slow down.",
        kpis=_kpis(result),
        sections=(
            _daily(result, scope),
            _weekdays(result, scope),
            _listing("fastest", "Fastest products", table[:LISTED], len(table)),
            _listing("slowest", "Slowest products", table[::-1][:LISTED], len(table)),
        ),
        empty=total(result.days) == Totals(),
    )


def _units(days: tuple[Totals, ...]) -> tuple[int, ...]:
    return tuple(totals.units_sold for totals in days)


def _kpis(result: SalesVelocity) -> tuple[Kpi, ...]:
    now, before = total(result.days), total(result.previous_days)
    n, m = len(result.days), len(result.previous_days)
    return (
        kpi(
            UNITS_PER_DAY,
            per_day(now.units_sold, n),
            per_day(before.units_sold, m),
            exact=(now.units_sold, before.units_sold),
        ),
        kpi(
            ORDERS_PER_DAY,
            per_day(now.orders, n),
            per_day(before.orders, m),
            exact=(now.orders, before.orders),
        ),
        kpi(NET_PER_DAY, ratio(now.net, n), ratio(before.net, m), exact=(now.net, before.net)),
        kpi(
            TREND,
            trend_per_week(_units(result.days)),
            trend_per_week(_units(result.previous_days)),
        ),
        *kpis((*COUNTED[:2], measures.ORDERS, measures.NET), now, before),
    )


def _daily(result: SalesVelocity, scope: Scope) -> LineChart:
    units, before = _units(result.days), _units(result.previous_days)
    return LineChart(
        key="daily",
        title="Day by day",
        description="Units sold each day, their 7-day average, and the previous window.",
        labels=scope.window.dates(scope.zone),
        previous_labels=scope.previous.dates(scope.zone),
        series=(
            series(figures.UNITS_SOLD, units, before),
            series(AVERAGE, moving_average(before, units)),
            series(
                figures.ORDERS,
                tuple(t.orders for t in result.days),
                tuple(t.orders for t in result.previous_days),
            ),
            series(
                figures.NET,
                tuple(t.net for t in result.days),
                tuple(t.net for t in result.previous_days),
            ),
        ),
    )


def _weekdays(result: SalesVelocity, scope: Scope) -> BarChart:
    def profile(days: tuple[Totals, ...], window: Window) -> tuple[int | None, ...]:
        weekdays = tuple(day.weekday() for day in window.dates(scope.zone))
        return weekday_profile(_units(days), weekdays)

    return BarChart(
        key="weekdays",
        title="Weekdays",
        description="Units sold on an average Monday, Tuesday and so on.",
        labels=WEEKDAYS,
        series=(
            series(
                WEEKDAY_UNITS,
                profile(result.days, scope.window),
                profile(result.previous_days, scope.previous),
            ),
        ),
    )


def _listing(key: str, title: str, listed: tuple[Row, ...], of: int) -> Table:
    return Table(
        key=key,
        title=title,
        description="Products by units sold per day, beside the previous window.",
        columns=tuple(map(column, SHOWN)),
        rows=listed,
        note=f"{len(listed)} of {of} products; the CSV has all of them." if of > LISTED else None,
    )


DEFINITION: Definition[SalesVelocity] = Definition(
    slug="sales-velocity",
    title="Sales velocity",
    description="Units, orders and revenue per day, trend and weekday rhythm, product by product.",
    discord="sales",
    presentation=Presentation(columns=COLUMNS, body=body, rows=rows),
)
