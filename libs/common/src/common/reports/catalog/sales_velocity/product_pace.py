"""The pace of each product: how fast it sells while it is there to be sold.

No product is faster than its shop, whose own pace is by all days that are known: where the days in
stock would make it so, the product's pace is the shop's.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from heapq import merge
from typing import NamedTuple

import msgspec

from common.reports.catalog.sales_velocity.daily_rates import per_day
from common.reports.money import change
from common.reports.sales.protocol import EmptyDays, Uncovered
from common.reports.totals.products import ProductTotals

_ALWAYS_THERE = EmptyDays()
_ALL_COVERED = Uncovered()


class Pace(NamedTuple):
    """Units in so many days; no pace in none."""

    units: int
    days: int

    @property
    def per_day(self) -> int | None:
        """Units a day, as a rate; None in no days."""
        return per_day(self.units, self.days)


class Paced(msgspec.Struct, frozen=True, gc=False):
    """A product with its days in stock and its pace, and its pace in the previous window."""

    product: ProductTotals
    days: int
    pace: Pace
    previous_pace: Pace

    @property
    def sold(self) -> bool:
        """Whether any unit was sold, in either window."""
        return bool(self.product.totals.units_sold or self.product.previous.units_sold)

    @property
    def per_day(self) -> int | None:
        """Units sold a day in stock, as a rate; None when it never was."""
        return self.pace.per_day

    @property
    def previous_per_day(self) -> int | None:
        """The same in the previous window."""
        return self.previous_pace.per_day

    @property
    def change(self) -> int | None:
        """From one pace to the other, from the units themselves; see ``money.change``."""
        now, before = self.pace, self.previous_pace
        if not (now.days and before.days):
            return None
        return change(now.units * before.days, before.units * now.days)


class Shop(NamedTuple):
    """The shop's own pace over the days that are known of both windows.

    By product id: the whole days without stock among those, and the units sold on other days.
    """

    pace: Pace
    previous: Pace
    empty_days: Mapping[str, EmptyDays]
    uncovered: Mapping[str, Uncovered]


def fastest(products: Iterable[ProductTotals], shop: Shop) -> tuple[Paced, ...]:
    """The products by units a day in stock, highest first, ties by id; last those never there."""
    paced = [_paced(each, shop) for each in products]
    paced.sort(key=lambda each: _order(each, shop.pace.days))
    return tuple(paced)


def with_idle(paced: Iterable[Paced], idle: Iterable[ProductTotals], shop: Shop) -> Iterator[Paced]:
    """``paced``, with the ``idle`` products in their places as they come, which is by id.

    Of the idle ones only those never there are held.
    """
    held, never = tuple(paced), list[Paced]()

    def there() -> Iterator[Paced]:
        for product in idle:
            each = _paced(product, shop)
            if each.pace.days:
                yield each
            else:
                never.append(each)

    def order(each: Paced) -> tuple[bool, int | Fraction, str]:
        return _order(each, shop.pace.days)

    yield from merge((each for each in held if each.pace.days), there(), key=order)
    yield from merge((each for each in held if not each.pace.days), never, key=order)


def _paced(product: ProductTotals, shop: Shop) -> Paced:
    empty = shop.empty_days.get(product.product_id, _ALWAYS_THERE)
    beyond = shop.uncovered.get(product.product_id, _ALL_COVERED)
    days = shop.pace.days - empty.now
    units = product.totals.units_sold - beyond.now
    units_before = product.previous.units_sold - beyond.previous
    before = Pace(units_before, shop.previous.days - empty.previous)
    return Paced(
        product,
        days,
        _bounded(Pace(units, days), shop.pace),
        _bounded(before, shop.previous),
    )


def _bounded(pace: Pace, tenant: Pace) -> Pace:
    """``pace``, or the shop's if that is slower."""
    if pace.days == tenant.days:
        return pace
    return tenant if pace.units * tenant.days > tenant.units * pace.days else pace


def _order(paced: Paced, days: int) -> tuple[bool, int | Fraction, str]:
    units, over = paced.pace
    # Units are quicker to compare than fractions, and nearly all products are there all the time.
    pace = units if over == days else Fraction(units * days, over or 1)
    return not over, -pace, paced.product.product_id
