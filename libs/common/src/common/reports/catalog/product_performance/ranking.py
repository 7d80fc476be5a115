"""Rank, share and ABC class of products by net sales.

The whole that is shared are the positive net sales: what came back of one product is no sale of
another, and no share is above 100 %. A product whose net sales are not positive has neither share
nor class. Shares are taken from exact sums, so that they do not drift along the ranking. A product
that crosses 80 % or 95 % belongs to the upper class: its class goes by what stands above it.
"""

from collections.abc import Iterable, Mapping
from itertools import accumulate

import msgspec

from common.reports.document.schema import Band
from common.reports.money import PERCENT_EXPONENT, percent
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals

LIMITS = (80, 95)
"""Where A and B end, in percent of positive net sales."""
CLASSES = ("A", "B", "C")
_NOTHING = Totals()


class Ranked(msgspec.Struct, frozen=True, gc=False):
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
        place(number, product, above, whole, gained.get(product.product_id))
        for number, (product, above) in enumerate(zip(ordered, running, strict=False), start=1)
    )


def place(
    number: int, product: ProductTotals, above: int, whole: int, gained: int | None
) -> Ranked:
    """A product in its place: ``above`` it are so many net sales, of a ``whole`` that is shared."""
    net = product.totals.net
    if net <= 0:
        return Ranked(number, product, None, None, None, gained)
    return Ranked(
        rank=number,
        product=product,
        share=percent(net, whole),
        cumulative_share=percent(above + net, whole),
        abc_class=_abc_class(above, whole),
        rank_change=gained,
    )


def positive_net(totals: Iterable[Totals]) -> int:
    """The net sales of those whose net sales are positive: the whole that is shared."""
    return sum(max(each.net, 0) for each in totals)


def bands(ranked: Iterable[Ranked]) -> tuple[Band, ...]:
    """``bands_of_sums`` of products that are all there."""
    nets: dict[str | None, list[int]] = {}
    for each in ranked:
        nets.setdefault(each.abc_class, []).append(each.product.totals.net)
    return bands_of_sums({name: (len(of), sum(of)) for name, of in nets.items()})


def bands_of_sums(sums: Mapping[str | None, tuple[int, int]]) -> tuple[Band, ...]:
    """The ABC classes in figures, of how many products are in each and what they bring together.

    Last, as a class without a name and a share, those that are in none, if there are any.
    """
    found = {name: sums.get(name, (0, 0)) for name in CLASSES}
    whole = sum(net for _, net in found.values())
    classes = tuple(
        Band(
            name=name,
            up_to=limit * 10**PERCENT_EXPONENT,
            products=count,
            net_sales=net,
            share=percent(net, whole) if whole > 0 else None,
        )
        for (name, (count, net)), limit in zip(found.items(), (*LIMITS, 100), strict=True)
    )
    if None not in sums:
        return classes
    count, net = sums[None]
    return (*classes, Band(name="", up_to=0, products=count, net_sales=net, share=None))


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
    return CLASSES[sum(above * 100 >= limit * whole for limit in LIMITS)]
