"""Figures that follow from totals alone, each with the one function that works it out.

Reports pick from these: a figure has one name, one definition and one formula wherever it stands.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from common.reports.document import metrics
from common.reports.document.headlines import Kpi
from common.reports.document.metrics import Figure
from common.reports.document.tables import Cell
from common.reports.money import Exact, rounded
from common.reports.presenting.elements import kpi
from common.reports.totals.totals import Totals


class Measure(NamedTuple):
    """A figure and what it is of some totals; None where it does not exist.

    ``exact`` is the same before it is rounded, for those that are not whole by nature: changes are
    taken from that.
    """

    figure: Figure
    of: Callable[[Totals], int | None]
    exact: Callable[[Totals], Exact | None]


def _sum(figure: Figure, of: Callable[[Totals], int]) -> Measure:
    return Measure(figure, of, of)


def _ratio(figure: Figure, exact: Callable[[Totals], Exact | None]) -> Measure:
    def of(totals: Totals) -> int | None:
        value = exact(totals)
        return None if value is None else rounded(value)

    return Measure(figure, of, exact)


GROSS = _sum(metrics.GROSS, lambda t: t.gross)
DISCOUNTS = _sum(metrics.DISCOUNTS, lambda t: t.discounts)
RETURNS = _sum(metrics.RETURNS, lambda t: -t.returns)
NET = _sum(metrics.NET, lambda t: t.net)
SHIPPING = _sum(metrics.SHIPPING, lambda t: t.shipping)
TAX = _sum(metrics.TAX, lambda t: t.tax)
TOTAL = _sum(metrics.TOTAL, lambda t: t.total)
ORDERS = _sum(metrics.ORDERS, lambda t: t.orders)
AOV = _ratio(metrics.AOV, lambda t: t.exact_order_value)
UNITS_SOLD = _sum(metrics.UNITS_SOLD, lambda t: t.units_sold)
UNITS_RETURNED = _sum(metrics.UNITS_RETURNED, lambda t: t.units_returned)
REFUND_RATE = _ratio(metrics.REFUND_RATE, lambda t: t.exact_refund_rate)


ALL = (
    *(GROSS, DISCOUNTS, RETURNS, NET, SHIPPING, TAX, TOTAL, ORDERS, AOV),
    *(UNITS_SOLD, UNITS_RETURNED, REFUND_RATE),
)


def of_totals(totals: Totals, _days: int) -> dict[str, int | None]:
    """Every measure of some totals by its figure's key."""
    return {measure.figure.key: measure.of(totals) for measure in ALL}


def columns(measures: Sequence[Measure]) -> tuple[Figure, ...]:
    """The measures' figures, then those of the previous window, then the changes."""
    own = tuple(measure.figure for measure in measures)
    return (*own, *(f.previous() for f in own), *(f.change() for f in own))


def cells(measures: Sequence[Measure], now: Totals, before: Totals) -> tuple[Cell, ...]:
    """The cells of ``columns(measures)``."""
    values = [measure.of(now) for measure in measures]
    previous = [measure.of(before) for measure in measures]
    changes = [
        figure.compare(exact(now), exact(before)) if exact is not of else figure.compare(value, was)
        for (figure, of, exact), value, was in zip(measures, values, previous, strict=True)
    ]
    return (*values, *previous, *changes)


def kpis(measures: Sequence[Measure], now: Totals, before: Totals) -> tuple[Kpi, ...]:
    """The measures as headline figures."""
    return tuple(
        kpi(figure, of(now), of(before), exact=(exact(now), exact(before)))
        for figure, of, exact in measures
    )
