"""The shop's own pace and trend: rates of the days of which sales are known, and of no others."""

from collections.abc import Iterator
from fractions import Fraction

import msgspec

from common.reports.catalog.sales_velocity.daily_rates import per_day
from common.reports.catalog.sales_velocity.product_pace import Pace
from common.reports.catalog.sales_velocity.trend import trend
from common.reports.catalog.sales_velocity.velocity import SalesVelocity
from common.reports.catalog.sales_velocity.vocabulary import (
    NET_PER_DAY,
    ORDERS_PER_DAY,
    TOO_SHORT,
    TREND,
    UNITS_PER_DAY,
)
from common.reports.document import metrics
from common.reports.document.headlines import Kpi
from common.reports.document.known_days import known_days
from common.reports.model import Scope
from common.reports.money import RATE_EXPONENT, ratio
from common.reports.presenting.elements import kpi
from common.reports.totals.totals import Totals, total
from common.reports.window import Window

Sums = tuple[Totals, ...]
PER_DAY = {
    UNITS_PER_DAY.key: metrics.UNITS_SOLD.key,
    ORDERS_PER_DAY.key: metrics.ORDERS.key,
    NET_PER_DAY.key: metrics.NET.key,
}
"""The paces among the headline figures, each with the measure whose days it averages."""


def known_sums(result: SalesVelocity, scope: Scope) -> tuple[Sums, Sums]:
    """The totals of the days of both windows of which sales are known."""
    known = known_days(scope.gaps)

    def of(days: Sums, window: Window) -> Sums:
        dates = window.dates(scope.zone)
        return tuple(each for each, day in zip(days, dates, strict=True) if day in known)

    return of(result.days, scope.window), of(result.previous_days, scope.previous)


def pace(days: Sums) -> Pace:
    """Units in so many days."""
    return Pace(total(days).units_sold, len(days))


def units_by_day(days: Sums, window: Window, scope: Scope) -> tuple[int | None, ...]:
    """The units of each day of a window; None for one of which nothing is known."""
    known, dates = known_days(scope.gaps), window.dates(scope.zone)
    return tuple(
        each.units_sold if day in known else None for each, day in zip(days, dates, strict=True)
    )


def paces(days: Sums, previous_days: Sums) -> Iterator[Kpi]:
    """What sold on an average day of those that are known."""
    now, before = total(days), total(previous_days)
    n, m = len(days), len(previous_days)
    found = (
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
            exact=(_exact(now.net, n), _exact(before.net, m)),
        ),
    )
    return (msgspec.structs.replace(each, measure=PER_DAY[each.key]) for each in found)


def _rate(amount: int, days: int) -> Fraction | None:
    return _exact(amount * 10**RATE_EXPONENT, days)


def _exact(amount: int, days: int) -> Fraction | None:
    return Fraction(amount, days) if days else None


def trend_kpi(days: Sums) -> Kpi:
    """The trend with its uncertainty; it stands alone, for a trend is a comparison already."""
    found = trend([totals.units_sold for totals in days])
    tile = kpi(TREND, None if found is None else found.slope, None)
    if found is None:
        return msgspec.structs.replace(tile, note=TOO_SHORT)
    return msgspec.structs.replace(tile, uncertainty=found.uncertainty, clear=found.clear)
