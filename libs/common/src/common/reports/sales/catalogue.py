"""Catalogue: a shop's products by net sales, of which no more are held than are asked for."""

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals

HELD: Final = 50_000
"""The products of a shop, sold or not, that a worker holds: some 50 MB of them."""


class ClassSums(NamedTuple):
    """The products of one class, of those in front or of the others, summed.

    ``place`` counts the classes from 0; None is of those without positive net sales. ``sold`` and
    ``sold_before`` are how many products had a unit sold in the window and in the previous one.
    """

    place: int | None
    in_front: bool
    products: int
    totals: Totals
    previous: Totals
    sold: int
    sold_before: int


class Placed(NamedTuple):
    """A product, the places it gained, and the units of what was sold that have come back."""

    product: ProductTotals
    gained: int | None
    come_back: int


class Catalogue(Protocol):
    """The products of one shop by net sales, the highest first, ties by id."""

    def count(self) -> int:
        """How many products there are."""
        ...

    def active(self) -> tuple[ProductTotals, ...]:
        """The products with a sale or a reversal in either window, in no particular order."""
        ...

    def idle(self) -> Iterator[ProductTotals]:
        """The other products by id, as they are asked for."""
        ...

    def classes(self, limits: tuple[int, ...], front: int) -> tuple[ClassSums, ...]:
        """The sums by class: a product is past a limit if what stands above it reaches that many
        percent of all positive net sales. The first ``front`` products are apart."""
        ...

    def positive_net(self) -> int:
        """The net sales of the products whose net sales are positive."""
        ...

    def movers(self, each_way: int) -> tuple[ProductTotals, ...]:
        """The products of the greatest gains and losses of net sales, in the catalogue's order."""
        ...

    def come_back(self) -> int:
        """Units of what was sold in the window and has been reversed until now."""
        ...

    def ranked(self) -> Iterator[Placed]:
        """Every product in its order, as it is asked for."""
        ...
