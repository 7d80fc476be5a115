"""Rank, share and ABC class of products by net sales.

The whole that is shared are the positive net sales: what came back of one product is no sale of
another, and no share is above 100 %. A product whose net sales are not positive has neither share
nor class. Shares are taken from exact sums, so that they do not drift along the ranking. A product
that crosses 80 % or 95 % belongs to the upper class: its class goes by what stands above it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Final

import msgspec

from common.reports.document.schema import Band
from common.reports.money import PERCENT_EXPONENT, part_told, percent
from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals

LIMITS = (80, 95)
"""Where A and B end, in percent of positive net sales."""
CLASSES = ("A", "B", "C")
_NOTHING = Totals()
_ID: Final = attrgetter("product_id")


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


class Ranking:
    """The products by net sales, highest first, ties by id; each is in its place when asked for.

    A page shows few of them: what it says of the others are sums, which need no place.
    """

    def __init__(self, products: Iterable[ProductTotals]) -> None:
        # Sorts are stable: those of the same net sales stay in the order of their ids.
        by_id = sorted(products, key=_ID)
        nets = [each.totals.net for each in by_id]
        order = sorted(range(len(nets)), key=nets.__getitem__, reverse=True)
        self.products = tuple(by_id[number] for number in order)
        # What stands above each, and at last above none: all of it.
        self._above = list(accumulate((nets[number] for number in order), initial=0))
        self._positive = sum(net > 0 for net in nets)
        self.positive_net = self._above[self._positive]

    def __len__(self) -> int:
        return len(self.products)

    def __iter__(self) -> Iterator[Ranked]:
        whole, gained = self.positive_net, self._places_gained
        for number, (product, above) in enumerate(
            zip(self.products, self._above, strict=False), start=1
        ):
            yield place(number, product, above, whole, gained.get(product.product_id))

    def bands(self) -> tuple[Band, ...]:
        """The ABC classes in figures; see ``bands_of_sums``."""
        ends = [self._reaches(limit) for limit in LIMITS]
        bounds = pairwise((0, *ends, self._positive))
        sums: dict[str | None, tuple[int, int]] = {
            name: (past - first, self._above[past] - self._above[first])
            for name, (first, past) in zip(CLASSES, bounds, strict=True)
        }
        if self._positive < len(self):
            left = self._above[-1] - self.positive_net
            sums[None] = (len(self) - self._positive, left)
        return bands_of_sums(sums)

    def _reaches(self, limit: int) -> int:
        """The first place above which are ``limit`` percent of the whole."""
        # A fraction rounded up: sums are whole.
        least = -(-limit * self.positive_net // 100)
        return bisect_left(self._above, least, hi=self._positive)

    @cached_property
    def _places_gained(self) -> dict[str, int]:
        """Places gained among the products that had an event in either window, by id.

        Both places are taken among those alone; a product without an event before gained none.
        """
        moved = [
            each for each in self.products if each.totals != _NOTHING or each.previous != _NOTHING
        ]
        before = sorted(sorted(moved, key=_ID), key=_net_before, reverse=True)
        places = {product.product_id: place for place, product in enumerate(before)}
        return {
            product.product_id: places[product.product_id] - place
            for place, product in enumerate(moved)
            if product.previous != _NOTHING
        }


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
        share=share_of(net, whole),
        cumulative_share=percent(above + net, whole),
        abc_class=_abc_class(above, whole),
        rank_change=gained,
    )


def share_of(net: int, whole: int) -> int | None:
    """The share that net sales are of positive ones; None where they are not positive."""
    return percent(net, whole) if net > 0 else None


def positive_net(totals: Iterable[Totals]) -> int:
    """The net sales of those whose net sales are positive: the whole that is shared."""
    return sum(max(each.net, 0) for each in totals)


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
            share=part_told(net, whole) if whole > 0 else None,
        )
        for (name, (count, net)), limit in zip(found.items(), (*LIMITS, 100), strict=True)
    )
    if None not in sums:
        return classes
    count, net = sums[None]
    return (*classes, Band(name="", up_to=0, products=count, net_sales=net, share=None))


def _net_before(product: ProductTotals) -> int:
    return product.previous.net


def _abc_class(above: int, whole: int) -> str:
    return CLASSES[sum(above * 100 >= limit * whole for limit in LIMITS)]
