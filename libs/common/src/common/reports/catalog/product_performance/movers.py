"""Which products gained and lost most: those that explain why the whole moved."""

from collections.abc import Sequence
from heapq import nlargest, nsmallest
from typing import Final

from common.reports.document import metrics
from common.reports.document.metrics import Better, Figure, Unit
from common.reports.document.schema import BarChart
from common.reports.presenting.elements import series
from common.reports.totals.products import ProductTotals

EACH_WAY: Final = 6

DIFFERENCE = Figure(
    "net_sales_difference",
    "Difference in net sales",
    Unit.MONEY,
    "Net sales less those of the days compared with, of the same weekdays.",
    Better.UP,
)


def movers(products: Sequence[ProductTotals]) -> BarChart:
    """The greatest gains of net sales, largest first, then the losses, up to the greatest.

    ``products`` are by net sales, those whose sales changed less may be left out. Ties go by rank.
    """
    gained = [each.totals.net - each.previous.net for each in products]
    places = range(len(products))
    gains = [place for place in nlargest(EACH_WAY, places, gained.__getitem__) if gained[place] > 0]
    losses = [
        place for place in nsmallest(EACH_WAY, places, gained.__getitem__) if gained[place] < 0
    ]
    shown = (*gains, *reversed(losses))
    now = tuple(products[place].totals.net for place in shown)
    before = tuple(products[place].previous.net for place in shown)
    return BarChart(
        key="movers",
        title="Gains and losses",
        description="The products whose net sales changed most from the days compared with.",
        labels=tuple(products[place].title for place in shown),
        series=(
            series(DIFFERENCE, tuple(gained[place] for place in shown)),
            series(metrics.NET, now, before, drawn=False),
            series(metrics.NET.change(), tuple(map(metrics.NET.compare, now, before)), drawn=False),
        ),
        horizontal=True,
        diverging=True,
    )
