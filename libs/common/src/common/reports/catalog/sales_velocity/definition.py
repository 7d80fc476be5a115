"""Sales velocity: units, orders and revenue per day, their rhythm, and each product's pace.

The CSV has one row a product: every product of the shop, the unsold ones too, fastest first.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain, islice

from common.reports.catalog.sales_velocity.daily_rates import (
    moving_average,
    per_day,
    rate,
    scaled,
    weekday_profile,
)
from common.reports.catalog.sales_velocity.days_of_cover import days_of_cover
from common.reports.catalog.sales_velocity.product_pace import (
    Paced,
    Shop,
    fastest,
    with_idle,
)
from common.reports.catalog.sales_velocity.shop_pace import (
    known_sums,
    pace,
    paces,
    trend_kpi,
    units_by_day,
)
from common.reports.catalog.sales_velocity.velocity import SalesVelocity
from common.reports.catalog.sales_velocity.vocabulary import (
    AVERAGE,
    COUNTED_AT,
    DAYS_IN_STOCK,
    DAYS_OF_COVER,
    NET_PER_DAY,
    ON_HAND,
    ORDERS_PER_DAY,
    TREND,
    UNITS_PER_DAY,
    WEEKDAY_UNITS,
)
from common.reports.document import metrics
from common.reports.document.headlines import BestProduct, Headline
from common.reports.document.metrics import Unit
from common.reports.document.schema import BarChart, LineChart, Naming
from common.reports.document.tables import Table
from common.reports.model import Body, Definition, Presentation, Presented, Row, Scope, select
from common.reports.money import ratio
from common.reports.presenting import measures
from common.reports.presenting.elements import column, series
from common.reports.presenting.line_chart import line_chart
from common.reports.presenting.measures import cells, columns, kpis
from common.reports.report_section import ReportSection
from common.reports.totals import products
from common.reports.totals.totals import Totals, total
from common.reports.window import Window

LISTED = 10
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

COUNTED = (measures.UNITS_SOLD, measures.UNITS_RETURNED, measures.NET)
SUMS = (measures.UNITS_SOLD, measures.UNITS_RETURNED, measures.ORDERS, measures.NET)
COLUMNS = (
    *products.IDENTITY,
    UNITS_PER_DAY,
    UNITS_PER_DAY.previous(),
    UNITS_PER_DAY.change(),
    *columns(COUNTED),
    DAYS_IN_STOCK,
    ON_HAND,
    DAYS_OF_COVER,
    COUNTED_AT,
)
SHOWN = (
    products.PRODUCT,
    UNITS_PER_DAY,
    UNITS_PER_DAY.previous(),
    UNITS_PER_DAY.change(),
    *columns(COUNTED),
    DAYS_OF_COVER,
    COUNTED_AT,
    products.SKU,
    products.CATEGORY,
)
"""The tables' columns on the page."""
TILES = (ORDERS_PER_DAY.key, NET_PER_DAY.key, TREND.key, metrics.UNITS_RETURNED.key)


def present(result: SalesVelocity, scope: Scope) -> Presented:
    """The shop's pace, rhythm and trend, and its fastest and slowest products."""
    days, previous_days = known_sums(result, scope)
    shop = Shop(pace(days), pace(previous_days), result.empty_days, result.uncovered)
    paced = fastest(result.products, shop)
    ordered = with_idle(paced, result.idle, shop)
    front = tuple(islice(ordered, LISTED))
    slowest = tuple(each for each in reversed(paced) if each.days and each.sold)
    body = Body(
        summary="How fast goods sell, and which of them speed up or slow down.",
        headline=Headline(kpi=UNITS_PER_DAY.key, best=_fastest(front), tiles=TILES),
        kpis=(
            *paces(days, previous_days),
            trend_kpi(days),
            *kpis(SUMS, total(result.days), total(result.previous_days)),
        ),
        sections=(
            _daily(result, scope),
            _weekdays(result, scope),
            _listing("fastest", "Fastest products", result, front, scope),
            _listing("slowest", "Slowest products", result, slowest[:LISTED], scope),
        ),
        empty=total(result.days) == Totals(),
    )
    return Presented(body, _rows(result, chain(front, ordered), scope))


def _rows(result: SalesVelocity, listed: Iterable[Paced], scope: Scope) -> Iterator[Row]:
    """One row for each of ``listed``."""
    for paced in listed:
        product = paced.product
        stock = result.on_hand.get(product.product_id)
        pieces = stock.pieces if stock else None
        yield (
            *product.identity,
            paced.per_day,
            paced.previous_per_day,
            paced.change,
            *cells(COUNTED, product.totals, product.previous),
            paced.days,
            pieces,
            days_of_cover(pieces, *paced.pace),
            stock.counted_at.astimezone(scope.zone).date().isoformat() if stock else None,
        )


def _fastest(paced: tuple[Paced, ...]) -> BestProduct | None:
    pace, *others = (*(each.per_day for each in paced[:2]), None)
    if not pace or pace < 0 or pace in others:
        return None
    name = paced[0].product.title
    return BestProduct(key=UNITS_PER_DAY.key, unit=Unit.RATE, name=name, value=pace)


def _daily(result: SalesVelocity, scope: Scope) -> LineChart:
    days = units_by_day(result.days, scope.window, scope)
    lead = result.lead
    before = units_by_day(lead, scope.window.lead(len(lead), scope.zone), scope) if lead else ()
    average = moving_average(before, days)
    return line_chart(
        scope,
        (measures.UNITS_SOLD, measures.ORDERS, measures.NET),
        result.days,
        result.previous_days,
        description="Units sold each day, their 7-day average, and the days compared with.",
        beside=(series(AVERAGE, average),),
    )


def _weekdays(result: SalesVelocity, scope: Scope) -> BarChart:
    def profile(days: tuple[Totals, ...], window: Window) -> tuple[Fraction | None, ...]:
        weekdays = tuple(day.weekday() for day in window.dates(scope.zone))
        return weekday_profile(units_by_day(days, window, scope), weekdays)

    now, before = profile(result.days, scope.window), profile(result.previous_days, scope.previous)
    return BarChart(
        key="weekdays",
        title="Weekdays",
        description="Units sold on an average Monday, Tuesday and so on.",
        labels=WEEKDAYS,
        naming=Naming.WEEKDAYS,
        series=(
            series(
                WEEKDAY_UNITS,
                tuple(map(rate, now)),
                tuple(map(rate, before)),
                exact=(tuple(map(scaled, now)), tuple(map(scaled, before))),
            ),
        ),
    )


def _listing(
    key: str, title: str, result: SalesVelocity, listed: tuple[Paced, ...], scope: Scope
) -> Table:
    return Table(
        key=key,
        title=title,
        description="Products by units sold per day, beside the days compared with.",
        columns=tuple(column(each, beside=each is DAYS_OF_COVER) for each in SHOWN),
        rows=select(COLUMNS, SHOWN, _rows(result, listed, scope)),
        of=len(result.products) + result.idle_products,
    )


def _of_totals(totals: Totals, days: int) -> dict[str, int | None]:
    """The headline figures that are of a shop's totals: what was sold, and at which pace."""
    return {
        **measures.of_totals(totals, days),
        UNITS_PER_DAY.key: per_day(totals.units_sold, days),
        ORDERS_PER_DAY.key: per_day(totals.orders, days),
        NET_PER_DAY.key: ratio(totals.net, days),
    }


DEFINITION: Definition[SalesVelocity] = Definition(
    slug="sales-velocity",
    title="Sales velocity",
    description="Units, orders and revenue per day, trend and weekday rhythm, product by product.",
    discord="sales",
    place=20,
    presentation=Presentation(
        columns=COLUMNS,
        present=present,
        sections=(
            ReportSection("daily", "Day by day"),
            ReportSection("weekdays", "Weekdays"),
            ReportSection("fastest", "Fastest products", rows=True, best=True),
            ReportSection("slowest", "Slowest products", rows=True),
        ),
        of_totals=_of_totals,
    ),
)
