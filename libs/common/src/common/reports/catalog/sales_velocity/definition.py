"""Sales velocity: units, orders and revenue per day, their rhythm, and each product's pace.

The CSV has one row a product: every product of the shop, the unsold ones too, fastest first.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain, islice

import msgspec

from common.reports.catalog.sales_velocity.daily_rates import (
    moving_average,
    per_day,
    rate,
    scaled,
    weekday_profile,
)
from common.reports.catalog.sales_velocity.days_of_cover import days_of_cover
from common.reports.catalog.sales_velocity.product_pace import Pace, Paced, fastest, with_idle
from common.reports.catalog.sales_velocity.trend import trend
from common.reports.catalog.sales_velocity.velocity import SalesVelocity
from common.reports.catalog.sales_velocity.vocabulary import (
    AVERAGE,
    COUNTED_AT,
    DAYS_IN_STOCK,
    DAYS_OF_COVER,
    NET_PER_DAY,
    ON_HAND,
    ORDERS_PER_DAY,
    TOO_SHORT,
    TREND,
    UNITS_PER_DAY,
    WEEKDAY_UNITS,
)
from common.reports.document import metrics
from common.reports.document.headlines import BestProduct, Headline, Kpi
from common.reports.document.metrics import Unit
from common.reports.document.schema import BarChart, LineChart, Naming
from common.reports.document.tables import Table
from common.reports.model import Body, Definition, Presentation, Presented, Row, Scope, select
from common.reports.money import RATE_EXPONENT, ratio
from common.reports.presenting import measures
from common.reports.presenting.elements import column, kpi, series
from common.reports.presenting.line_chart import line_chart
from common.reports.presenting.measures import cells, columns, kpis
from common.reports.report_section import ReportSection
from common.reports.totals import products
from common.reports.totals.totals import Totals, total
from common.reports.window import Window

LISTED = 10
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

COUNTED = (measures.UNITS_SOLD, measures.UNITS_RETURNED, measures.NET)
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
PER_DAY = {
    UNITS_PER_DAY.key: metrics.UNITS_SOLD.key,
    ORDERS_PER_DAY.key: metrics.ORDERS.key,
    NET_PER_DAY.key: metrics.NET.key,
}
"""The paces among the headline figures, each with the measure whose days it averages."""


def present(result: SalesVelocity, scope: Scope) -> Presented:
    """The shop's pace, rhythm and trend, and its fastest and slowest products."""
    shop = Pace(total(result.days).units_sold, len(result.days))
    before = Pace(total(result.previous_days).units_sold, len(result.previous_days))
    paced = fastest(result.products, result.empty_days, shop, before)
    ordered = with_idle(paced, result.idle, result.empty_days, shop, before)
    front = tuple(islice(ordered, LISTED))
    slowest = tuple(each for each in reversed(paced) if each.days and each.sold)
    body = Body(
        summary="How fast goods sell, and which of them speed up or slow down.",
        headline=Headline(kpi=UNITS_PER_DAY.key, best=_fastest(front), tiles=TILES),
        kpis=_kpis(result),
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


def _units(days: tuple[Totals, ...]) -> tuple[int, ...]:
    return tuple(totals.units_sold for totals in days)


def _kpis(result: SalesVelocity) -> tuple[Kpi, ...]:
    now, before = total(result.days), total(result.previous_days)
    n, m = len(result.days), len(result.previous_days)
    paces = (
        kpi(
            UNITS_PER_DAY,
            per_day(now.units_sold, n),
            per_day(before.units_sold, m),
            exact=(_rate(now.units_sold, n), _rate(before.units_sold, m)),
        ),
        kpi(
            ORDERS_PER_DAY,
            per_day(now.orders, n),
            per_day(before.orders, m),
            exact=(_rate(now.orders, n), _rate(before.orders, m)),
        ),
        kpi(
            NET_PER_DAY,
            ratio(now.net, n),
            ratio(before.net, m),
            exact=(Fraction(now.net, n), Fraction(before.net, m)),
        ),
    )
    return (
        *(msgspec.structs.replace(each, measure=PER_DAY[each.key]) for each in paces),
        _trend(result),
        *kpis((*COUNTED[:2], measures.ORDERS, measures.NET), now, before),
    )


def _rate(amount: int, days: int) -> Fraction:
    return Fraction(amount * 10**RATE_EXPONENT, days)


def _trend(result: SalesVelocity) -> Kpi:
    """The trend with its uncertainty; it stands alone, for a trend is a comparison already."""
    found = trend(_units(result.days))
    tile = kpi(TREND, None if found is None else found.slope, None)
    if found is None:
        return msgspec.structs.replace(tile, note=TOO_SHORT)
    return msgspec.structs.replace(tile, uncertainty=found.uncertainty, clear=found.clear)


def _daily(result: SalesVelocity, scope: Scope) -> LineChart:
    average = moving_average(_units(result.lead), _units(result.days))
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
        return weekday_profile(_units(days), weekdays)

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
