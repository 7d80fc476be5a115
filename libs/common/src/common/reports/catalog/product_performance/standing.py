"""Standing: what product performance shows of a shop, and every product in its place.

The same whether the products are held or read in pieces.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from common.reports.catalog.product_performance.ranking import Ranked, Ranking, positive_net
from common.reports.document.schema import Band
from common.reports.totals.margins import Margins
from common.reports.totals.products import ProductTotals, sums_by_category
from common.reports.totals.totals import WindowTotals, together, window_total

Categories = Mapping[str | None, WindowTotals]
"""Sums by category, those of products without one under None."""
FRONT: Final = 25
"""How many products the page lists."""


@dataclass(frozen=True, slots=True)
class ProductPerformance:
    """Every product of the shop with its totals in both windows, in any order.

    ``come_back`` are the units by product id of what was sold in the window and has been reversed
    until now, without those of which nothing has been; None where that is not known.
    ``margins`` are None where they may not be told.
    """

    products: tuple[ProductTotals, ...]
    come_back: Mapping[str, int] | None = None
    margins: Margins | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The products of a shop by net sales, of which only those in front are held.

    ``others`` are the sums of all but ``front``, ``others_positive`` the positive net sales among
    them. ``moved`` are the products of the greatest changes, by net sales. ``come_back`` are units,
    None where that is not known. ``categories`` are the sums by category. ``rows`` is every product
    with its units, read once.
    """

    count: int
    front: tuple[Ranked, ...]
    whole: WindowTotals
    others: WindowTotals
    others_positive: int
    sold: int
    sold_before: int
    come_back: int | None
    bands: tuple[Band, ...]
    moved: tuple[ProductTotals, ...]
    categories: Categories
    margins: Margins | None
    rows: Iterable[tuple[Ranked, int | None]]


def of_held(result: ProductPerformance) -> Standing:
    """The standing of products that are all there."""
    ranking, back = Ranking(result.products), result.come_back
    front = tuple(islice(ranking, FRONT))
    categories = sums_by_category(result.products)
    whole = together(categories.values())
    return Standing(
        count=len(ranking),
        front=front,
        whole=whole,
        others=whole - window_total(each.product for each in front),
        others_positive=ranking.positive_net - positive_net(each.product.totals for each in front),
        sold=sum(product.totals.units_sold > 0 for product in result.products),
        sold_before=sum(product.previous.units_sold > 0 for product in result.products),
        come_back=None if back is None else sum(back.values()),
        bands=ranking.bands(),
        moved=ranking.products,
        categories=categories,
        margins=result.margins,
        rows=(
            (each, None if back is None else back.get(each.product.product_id, 0))
            for each in ranking
        ),
    )
