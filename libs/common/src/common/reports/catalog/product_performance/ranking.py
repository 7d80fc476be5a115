"""Rank, share and ABC class of products by net sales.

Shares are taken from exact sums, so that they do not drift along the ranking. A product that
crosses 80 % or 95 % belongs to the upper class: its class goes by what stands above it.
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


@dataclass(frozen=True, slots=True)
class Ranked:
    """A product in its place; shares in hundredths of a percent, None without positive sales."""

    rank: int
    product: ProductTotals
    share: int | None
    cumulative_share: int | None
    abc_class: str
    rank_change: int | None


def rank(products: Iterable[ProductTotals]) -> tuple[Ranked, ...]:
    """The products by net sales, highest first, ties by id."""
    ordered = sorted(products, key=lambda product: (-product.totals.net, product.product_id))
    places_before = _previous_places(ordered)
    whole = sum(product.totals.net for product in ordered)
    running = accumulate((product.totals.net for product in ordered), initial=0)
    return tuple(
        Ranked(
            rank=place,
            product=product,
            share=percent(product.totals.net, whole) if whole > 0 else None,
            cumulative_share=percent(above + product.totals.net, whole) if whole > 0 else None,
            abc_class=_abc_class(above, whole),
            rank_change=places_before[product.product_id] - place
            if product.product_id in places_before
            else None,
        )
        for place, (product, above) in enumerate(zip(ordered, running, strict=False), start=1)
    )


def bands(ranked: Iterable[Ranked]) -> tuple[Band, ...]:
    """The ABC classes in figures: how many products are in each, and what they bring together."""
    nets: dict[str, list[int]] = {"A": [], "B": [], "C": []}
    for each in ranked:
        nets[each.abc_class].append(each.product.totals.net)
    whole = sum(map(sum, nets.values()))
    limits = (A_UP_TO_PERCENT, B_UP_TO_PERCENT, 100)
    return tuple(
        Band(
            name=name,
            up_to=limit * 10**PERCENT_EXPONENT,
            products=len(of),
            net_sales=sum(of),
            share=percent(sum(of), whole) if whole > 0 else None,
        )
        for (name, of), limit in zip(nets.items(), limits, strict=True)
    )


def _previous_places(products: Iterable[ProductTotals]) -> dict[str, int]:
    """Places by the previous window's net sales, of the products that had any event then."""
    seen = [product for product in products if product.previous != Totals()]
    seen.sort(key=lambda product: (-product.previous.net, product.product_id))
    return {product.product_id: place for place, product in enumerate(seen, start=1)}


def _abc_class(above: int, whole: int) -> str:
    if whole <= 0:
        return "C"
    if above * 100 < A_UP_TO_PERCENT * whole:
        return "A"
    return "B" if above * 100 < B_UP_TO_PERCENT * whole else "C"
