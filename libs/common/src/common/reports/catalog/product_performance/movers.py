"""Which products gained and lost most: those that explain why the whole moved."""

from heapq import nlargest, nsmallest
from typing import Final

from common.reports.catalog.product_performance.ranking import Ranked
from common.reports.document import metrics
from common.reports.document.metrics import Better, Figure, Unit
from common.reports.document.schema import BarChart
from common.reports.presenting.elements import series

EACH_WAY: Final = 6

DIFFERENCE = Figure(
    "net_sales_difference",
    "Difference in net sales",
    Unit.MONEY,
    "Net sales less those of as many days before, of the same weekdays.",
    Better.UP,
)


def movers(ranked: tuple[Ranked, ...]) -> BarChart:
    """The greatest gains of net sales, largest first, then the losses, up to the greatest.

    Ties go by rank.
    """
    gained = [each.product.totals.net - each.product.previous.net for each in ranked]
    places = range(len(ranked))
    gains = [place for place in nlargest(EACH_WAY, places, gained.__getitem__) if gained[place] > 0]
    losses = [
        place for place in nsmallest(EACH_WAY, places, gained.__getitem__) if gained[place] < 0
    ]
    shown = (*gains, *reversed(losses))
    now = tuple(ranked[place].product.totals.net for place in shown)
    before = tuple(ranked[place].product.previous.net for place in shown)
    return BarChart(
        key="movers",
        title="Gains and losses",
        description="The products whose net sales changed most from the days before.",
        labels=tuple(ranked[place].product.title for place in shown),
        series=(
            series(DIFFERENCE, tuple(gained[place] for place in shown)),
            series(metrics.NET, now, before, drawn=False),
            series(metrics.NET.change(), tuple(map(metrics.NET.compare, now, before)), drawn=False),
        ),
        horizontal=True,
        diverging=True,
    )
