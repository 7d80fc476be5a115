"""Standing: what product performance shows of a shop, and every product in its place.

The same whether the products are held or read in pieces.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from common.reports.catalog.product_performance.ranking import Ranked, bands, positive_net, rank
from common.reports.document.schema import Band
from common.reports.totals.margins import Margins
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import WindowTotals, window_total

Categories = Mapping[str | None, WindowTotals]
"""Sums by category, those of products without one under None."""
FRONT: Final = 25
"""How many products the page lists."""


@dataclass(frozen=True, slots=True)
class ProductPerformance:
    """Every product of the shop with its totals in both windows, in any order.

    ``come_back`` are the units by product id of what was sold in the window and has been reversed
    until now, without those of which nothing has been; None where that is not known.
    ``categories`` are the sums by category, those of products without one under None; ``margins``
    are None where they may not be told.
    """

    products: tuple[ProductTotals, ...]
    come_back: Mapping[str, int] | None = None
    categories: Categories = field(default_factory=dict)
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
    ranked, back = rank(result.products), result.come_back
    others = [each.product for each in ranked[FRONT:]]
    return Standing(
        count=len(ranked),
        front=ranked[:FRONT],
        whole=window_total(result.products),
        others=window_total(others),
        others_positive=positive_net(each.totals for each in others),
        sold=sum(product.totals.units_sold > 0 for product in result.products),
        sold_before=sum(product.previous.units_sold > 0 for product in result.products),
        come_back=None if back is None else sum(back.values()),
        bands=bands(ranked),
        moved=tuple(each.product for each in ranked),
        categories=result.categories,
        margins=result.margins,
        rows=(
            (each, None if back is None else back.get(each.product.product_id, 0))
            for each in ranked
        ),
    )
