"""What sales velocity is made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from common.reports.sales.protocol import EmptyDays, Stock, Uncovered
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals


@dataclass(frozen=True, slots=True)
class SalesVelocity:
    """Daily totals of both windows, and the shop's products in any order.

    ``lead`` are the daily totals of the days right before the window that its averages take in.
    ``on_hand`` is the stock by product id, where a count is known; ``empty_days`` are whole days
    without stock, of products that had some. ``uncovered`` are units of a day that is not known
    whole. ``idle`` are more products, without a sale or reversal
    in either window, by id and read once; ``idle_products`` is how many.
    """

    days: tuple[Totals, ...]
    previous_days: tuple[Totals, ...]
    products: tuple[ProductTotals, ...]
    on_hand: Mapping[str, Stock] = field(default_factory=dict)
    empty_days: Mapping[str, EmptyDays] = field(default_factory=dict)
    uncovered: Mapping[str, Uncovered] = field(default_factory=dict)
    lead: tuple[Totals, ...] = ()
    idle: Iterable[ProductTotals] = ()
    idle_products: int = 0
