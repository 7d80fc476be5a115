"""Rank, share and ABC class of products by net sales.

The whole that is shared are the positive net sales: what came back of one product is no sale of
another, and no share is above 100 %. A product whose net sales are not positive has neither share
nor class. Shares are taken from exact sums, so that they do not drift along the ranking. A product
that crosses 80 % or 95 % belongs to the upper class: its class goes by what stands above it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from common.reports.document.schema import Band
from common.reports.money import PERCENT_EXPONENT, percent
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals

A_UP_TO_PERCENT = 80
B_UP_TO_PERCENT = 95
_NOTHING = Totals()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A product in its place; shares in hundredths of a percent.

    Shares and class are None where net sales are not positive.
    """

    rank: int
    product: ProductTotals
    share: int | None
    cumulative_share: int | None
    abc_class: str | None
    rank_change: int | None


def rank(products: Iterable[ProductTotals]) -> tuple[Ranked, ...]:
    """The products by net sales, highest first, ties by id."""
    ordered = sorted(products, key=lambda product: (-product.totals.net, product.product_id))
    gained = _places_gained(ordered)
    whole = positive_net(product.totals for product in ordered)
    running = accumulate((product.totals.net for product in ordered), initial=0)
    return tuple(
        Ranked(
            rank=place,
            product=product,
            share=percent(product.totals.net, whole) if product.totals.net > 0 else None,
            cumulative_share=(
                percent(above + product.totals.net, whole) if product.totals.net > 0 else None
            ),
            abc_class=_abc_class(above, whole) if product.totals.net > 0 else None,
            rank_change=gained.get(product.product_id),
        )
        for place, (product, above) in enumerate(zip(ordered, running, strict=False), start=1)
    )


def positive_net(totals: Iterable[Totals]) -> int:
    """The net sales of those whose net sales are positive: the whole that is shared."""
    return sum(max(each.net, 0) for each in totals)


def bands(ranked: Iterable[Ranked]) -> tuple[Band, ...]:
    """The ABC classes in figures: how many products are in each, and what they bring together.

    Last, as a class without a name and a share, those that are in none, if there are any.
    """
    nets: dict[str, list[int]] = {"A": [], "B": [], "C": []}
    unclassed: list[int] = []
    for each in ranked:
        of_class = unclassed if each.abc_class is None else nets[each.abc_class]
        of_class.append(each.product.totals.net)
    whole = sum(map(sum, nets.values()))
    limits = (A_UP_TO_PERCENT, B_UP_TO_PERCENT, 100)
    classes = tuple(
        Band(
            name=name,
            up_to=limit * 10**PERCENT_EXPONENT,
            products=len(of),
            net_sales=sum(of),
            share=percent(sum(of), whole) if whole > 0 else None,
        )
        for (name, of), limit in zip(nets.items(), limits, strict=True)
    )
    if not unclassed:
        return classes
    rest = Band(name="", up_to=0, products=len(unclassed), net_sales=sum(unclassed), share=None)
    return (*classes, rest)


def _places_gained(ordered: Iterable[ProductTotals]) -> dict[str, int]:
    """Places gained among the products that had an event in either window, by id.

    Both places are taken among those alone; a product without an event before has gained none.
    """
    moved = [each for each in ordered if each.totals != _NOTHING or each.previous != _NOTHING]
    before = sorted(moved, key=lambda product: (-product.previous.net, product.product_id))
    places = {product.product_id: place for place, product in enumerate(before)}
    return {
        product.product_id: places[product.product_id] - place
        for place, product in enumerate(moved)
        if product.previous != _NOTHING
    }


def _abc_class(above: int, whole: int) -> str:
    if above * 100 < A_UP_TO_PERCENT * whole:
        return "A"
    return "B" if above * 100 < B_UP_TO_PERCENT * whole else "C"
