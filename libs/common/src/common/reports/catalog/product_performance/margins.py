"""What products earn: profit and margin of those whose cost is known, and how much that covers."""

from collections.abc import Iterator
from typing import Final

from common.reports.document import metrics
from common.reports.document.gaps import DataGap, Extent, GapKind
from common.reports.document.headlines import Kpi
from common.reports.document.metrics import Better, Figure, Unit
from common.reports.document.schema import days_of
from common.reports.document.tables import Footer, Table
from common.reports.model import Row, Scope
from common.reports.money import Exact, percent, rounded
from common.reports.presenting.elements import column, kpi
from common.reports.totals import products
from common.reports.totals.margins import Earned, Margins, WindowEarned

PROFIT = Figure(
    "gross_profit",
    "Gross profit",
    Unit.MONEY,
    "Net sales less the cost of units, of products whose cost is known.",
    Better.UP,
)
MARGIN = Figure(
    "gross_margin_percent",
    "Gross margin",
    Unit.PERCENT,
    "Gross profit in percent of net sales, both of products whose cost is known; empty when these"
    " net sales are not positive.",
    Better.UP,
)
COST = Figure(
    "cost_of_units",
    "Cost of units",
    Unit.MONEY,
    "Units sold less units reversed, times what a unit of the product costs now; of products whose"
    " cost is known.",
)
COST_KNOWN = Figure(
    "cost_known_percent",
    "Net sales with known cost",
    Unit.PERCENT,
    "Positive net sales of products whose cost is known in percent of those of all products; what"
    " is not known is in no profit and no margin.",
)
MEASURES: Final = (PROFIT, MARGIN, COST, metrics.NET)
COLUMNS: Final = (
    products.PRODUCT,
    *MEASURES,
    *(each.previous() for each in MEASURES),
    *(each.change() for each in MEASURES),
    products.PRODUCT_ID,
)


TILES: Final = (metrics.UNITS_SOLD.key, MARGIN.key, COST_KNOWN.key, metrics.RETURNS.key)
"""The figures beside the first, where margins are told: how much they cover is one of them."""


def are_told(margins: Margins | None) -> bool:
    """Whether they may be told, and some cost is known of what sold or came back."""
    return margins is not None and margins.count > 0


def margin_kpis(margins: Margins | None) -> tuple[Kpi, ...]:
    """The headline figures; none where no cost is known of what sold."""
    if margins is None or not are_told(margins):
        return ()
    now, before = margins.whole
    known, known_before = map(percent, margins.covered, margins.positive)
    return (
        kpi(PROFIT, now.profit, before.profit),
        kpi(MARGIN, _margin(now), _margin(before), exact=(now.margin, before.margin)),
        kpi(COST_KNOWN, known, known_before),
    )


def margin_gaps(margins: Margins | None, scope: Scope) -> tuple[DataGap, ...]:
    """That costs of products are not known which sold or came back; none as above."""
    if margins is None or not are_told(margins):
        return ()
    now, before = (
        Extent(count, days.first, days.last) if count else None
        for count, days in zip(
            margins.unknown,
            (days_of(scope.window, scope.zone), days_of(scope.previous, scope.zone)),
            strict=True,
        )
    )
    gap = DataGap(GapKind.COSTS_NOT_KNOWN.value, (), now, before)
    return (gap,) if now or before else ()


def margin_table(margins: Margins | None) -> Iterator[Table]:
    """The products of the greatest profit and the sums of all; none as above."""
    if margins is None or not are_told(margins):
        return
    rows = tuple((each.title, *_cells(each.earned), each.product_id) for each in margins.front)
    yield Table(
        key="margins",
        title="Margins",
        description="Of products whose cost is known, at what a unit costs now.",
        columns=tuple(column(figure, beside=figure is MARGIN) for figure in COLUMNS),
        rows=rows,
        of=len(rows),
        footer=tuple(_footer(margins)),
    )


def _footer(margins: Margins) -> Iterator[Footer]:
    others = margins.whole
    for each in margins.front:
        others = others - each.earned
    if count := margins.count - len(margins.front):
        yield Footer(label="Other products", cells=(None, *_cells(others), None), count=count)
    whole = _cells(margins.whole)
    yield Footer(label="All products with a known cost", cells=(None, *whole, None))


def _cells(earned: WindowEarned) -> Row:
    now, before = (_values(each) for each in earned)
    exact_now, exact_before = (_exact(each) for each in earned)
    changes = map(Figure.compare, MEASURES, exact_now, exact_before)
    return (*now, *before, *changes)


def _values(earned: Earned) -> Row:
    return (earned.profit, _margin(earned), earned.cost, earned.net)


def _exact(earned: Earned) -> tuple[Exact | None, ...]:
    return (earned.profit, earned.margin, earned.cost, earned.net)


def _margin(earned: Earned) -> int | None:
    margin = earned.margin
    return None if margin is None else rounded(margin)
