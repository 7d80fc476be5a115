"""Figures that follow from totals alone, each with the one function that works it out.

Reports pick from these: a figure has one name, one definition and one formula wherever it stands.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from common.reports.document import metrics
from common.reports.document.headlines import Kpi
from common.reports.document.metrics import Figure
from common.reports.document.schema import Cell
from common.reports.money import percent
from common.reports.presenting.elements import kpi
from common.reports.totals.totals import Totals


class Measure(NamedTuple):
    """A figure and what it is of some totals; None where it does not exist."""

    figure: Figure
    of: Callable[[Totals], int | None]


GROSS = Measure(metrics.GROSS, lambda t: t.gross)
DISCOUNTS = Measure(metrics.DISCOUNTS, lambda t: t.discounts)
RETURNS = Measure(metrics.RETURNS, lambda t: -t.returns)
NET = Measure(metrics.NET, lambda t: t.net)
SHIPPING = Measure(metrics.SHIPPING, lambda t: t.shipping)
TAX = Measure(metrics.TAX, lambda t: t.tax)
TOTAL = Measure(metrics.TOTAL, lambda t: t.total)
ORDERS = Measure(metrics.ORDERS, lambda t: t.orders)
AOV = Measure(metrics.AOV, lambda t: t.average_order_value)
UNITS_SOLD = Measure(metrics.UNITS_SOLD, lambda t: t.units_sold)
UNITS_RETURNED = Measure(metrics.UNITS_RETURNED, lambda t: t.units_returned)
REFUND_RATE = Measure(metrics.REFUND_RATE, lambda t: percent(t.units_returned, t.units_sold))


def columns(measures: Sequence[Measure]) -> tuple[Figure, ...]:
    """The measures' figures, then those of the previous window, then the changes."""
    own = tuple(measure.figure for measure in measures)
    return (*own, *(f.previous() for f in own), *(f.change() for f in own))


def cells(measures: Sequence[Measure], now: Totals, before: Totals) -> tuple[Cell, ...]:
    """The cells of ``columns(measures)``."""
    values = [measure.of(now) for measure in measures]
    previous = [measure.of(before) for measure in measures]
    changes = [
        measure.figure.compare(value, before)
        for measure, value, before in zip(measures, values, previous, strict=True)
    ]
    return (*values, *previous, *changes)


def kpis(measures: Sequence[Measure], now: Totals, before: Totals) -> tuple[Kpi, ...]:
    """The measures as headline figures."""
    return tuple(kpi(figure, of(now), of(before)) for figure, of in measures)
