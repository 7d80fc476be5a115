"""Finer sums: a scope's sums with money in units so fine that nothing is rounded which matters.

An average of money is rounded to the minor unit, which is large beside a small shop's sums and
small beside a large one's: an index of it would tell of which of the two it is. In units of a
trillionth it is exact to every digit that an index has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from msgspec.structs import replace

from common.reports.model import Scope
from common.reports.sales.catalogue import HELD, Catalogue, ClassSums, Placed
from common.reports.sales.dimensions import Dimension, K
from common.reports.sales.protocol import MARGINS_SHOWN, EmptyDays, Sales, Stock, Uncovered
from common.reports.totals.margins import Margins
from common.reports.totals.products import ProductTotals
from common.reports.totals.reversals import Reversals
from common.reports.totals.totals import Totals, WindowTotals

FINER: Final = 10**12
"""How many of the finer units are one minor unit. It holds all that ten and its powers divide, so
that what lies half between two digits stays there."""


def finer_totals(totals: Totals) -> Totals:
    """The same sums, their money in finer units."""
    return replace(
        totals,
        gross=totals.gross * FINER,
        discounts=totals.discounts * FINER,
        returns=totals.returns * FINER,
        shipping=totals.shipping * FINER,
        tax=totals.tax * FINER,
    )


def _product(product: ProductTotals) -> ProductTotals:
    return replace(
        product, totals=finer_totals(product.totals), previous=finer_totals(product.previous)
    )


@dataclass(frozen=True, slots=True)
class FinerSales:
    """``sales`` with money in finer units."""

    sales: Sales

    @property
    def scope(self) -> Scope:
        """Whose sales, over which windows."""
        return self.sales.scope

    def totals(self, by: Dimension[K]) -> Mapping[K | None, WindowTotals]:
        """As ``Sales.totals``."""
        return {
            key: WindowTotals(finer_totals(now), finer_totals(previous))
            for key, (now, previous) in self.sales.totals(by).items()
        }

    def lead(self, days: int) -> Mapping[date, Totals]:
        """As ``Sales.lead``."""
        return {day: finer_totals(each) for day, each in self.sales.lead(days).items()}

    def last_year(self) -> Totals | None:
        """As ``Sales.last_year``."""
        found = self.sales.last_year()
        return None if found is None else finer_totals(found)

    def reversals(self) -> Mapping[date, Reversals]:
        """As ``Sales.reversals``."""
        return {
            day: Reversals(each.returned * FINER, each.cancelled * FINER, each.edited * FINER)
            for day, each in self.sales.reversals().items()
        }

    def come_back(self) -> Mapping[str, int]:
        """As ``Sales.come_back``."""
        return self.sales.come_back()

    def products(self) -> tuple[ProductTotals, ...]:
        """As ``Sales.products``."""
        return tuple(map(_product, self.sales.products()))

    def catalogue(self, *, larger_than: int = HELD) -> Catalogue | None:
        """As ``Sales.catalogue``."""
        found = self.sales.catalogue(larger_than=larger_than)
        return None if found is None else FinerCatalogue(found)

    def margins(self, front: int = MARGINS_SHOWN) -> Margins:  # noqa: ARG002 - as ``Sales`` has it
        """None of them: who hides amounts hides what is earned."""
        return Margins()

    def on_hand(self) -> Mapping[str, Stock]:
        """As ``Sales.on_hand``."""
        return self.sales.on_hand()

    def empty_days(self) -> Mapping[str, EmptyDays]:
        """As ``Sales.empty_days``."""
        return self.sales.empty_days()

    def uncovered(self) -> Mapping[str, Uncovered]:
        """As ``Sales.uncovered``."""
        return self.sales.uncovered()


@dataclass(frozen=True, slots=True)
class FinerCatalogue:
    """``catalogue`` with money in finer units."""

    catalogue: Catalogue

    def count(self) -> int:
        """As ``Catalogue.count``."""
        return self.catalogue.count()

    def active(self) -> tuple[ProductTotals, ...]:
        """As ``Catalogue.active``."""
        return tuple(map(_product, self.catalogue.active()))

    def idle(self) -> Iterator[ProductTotals]:
        """As ``Catalogue.idle``, whose products have no sums."""
        return self.catalogue.idle()

    def classes(self, limits: tuple[int, ...], front: int) -> tuple[ClassSums, ...]:
        """As ``Catalogue.classes``."""
        return tuple(
            each._replace(totals=finer_totals(each.totals), previous=finer_totals(each.previous))
            for each in self.catalogue.classes(limits, front)
        )

    def positive_net(self) -> int:
        """As ``Catalogue.positive_net``."""
        return self.catalogue.positive_net() * FINER

    def movers(self, each_way: int) -> tuple[ProductTotals, ...]:
        """As ``Catalogue.movers``."""
        return tuple(map(_product, self.catalogue.movers(each_way)))

    def come_back(self) -> int:
        """As ``Catalogue.come_back``."""
        return self.catalogue.come_back()

    def ranked(self) -> Iterator[Placed]:
        """As ``Catalogue.ranked``."""
        for each in self.catalogue.ranked():
            yield each._replace(product=_product(each.product))
