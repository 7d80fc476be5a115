"""Sums of ledger events: the numbers every report starts from, and the figures that follow.

Totals of parts add up to the totals of the whole, for every figure that is a sum.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from operator import add, attrgetter, sub
from typing import NamedTuple, Protocol

import msgspec

from common.reports.money import WHOLE, ratio


class Totals(msgspec.Struct, frozen=True, gc=False):
    """Events of one tenant summed over some days or some products.

    Money is in minor units. ``returns`` is the value that came back, as a positive number;
    ``shipping`` and ``tax`` are net of what was refunded.
    """

    orders: int = 0
    units_sold: int = 0
    units_returned: int = 0
    gross: int = 0
    discounts: int = 0
    returns: int = 0
    shipping: int = 0
    tax: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*map(add, _values(self), _values(other)))

    def __sub__(self, other: "Totals") -> "Totals":
        return Totals(*map(sub, _values(self), _values(other)))

    @property
    def net(self) -> int:
        """Net sales: gross less discounts and returns."""
        return self.gross - self.discounts - self.returns

    @property
    def total(self) -> int:
        """Total sales: net plus shipping plus tax."""
        return self.net + self.shipping + self.tax

    @property
    def average_order_value(self) -> int | None:
        """(gross − discounts) ÷ orders, half even; None without orders."""
        return ratio(self.gross - self.discounts, self.orders)

    @property
    def exact_order_value(self) -> Fraction | None:
        """``average_order_value`` before it is rounded."""
        return Fraction(self.gross - self.discounts, self.orders) if self.orders else None

    @property
    def exact_refund_rate(self) -> Fraction | None:
        """Units returned of those sold in hundredths of a percent; None when none was sold."""
        return _share_of(self.units_returned, self.units_sold)


@lru_cache(4096)
def _share_of(part: int, whole: int) -> Fraction | None:
    """Most products sell a few, and the same few: a fraction takes longer than all sums."""
    return Fraction(part * WHOLE, whole) if whole else None


class WindowTotals(NamedTuple):
    """The totals of the window, and of the previous one."""

    now: Totals = Totals()
    previous: Totals = Totals()

    def __sub__(self, other: "WindowTotals") -> "WindowTotals":
        return WindowTotals(self.now - other.now, self.previous - other.previous)


_values = attrgetter(*Totals.__struct_fields__)


def total(parts: Iterable[Totals]) -> Totals:
    """The totals of all ``parts`` together."""
    columns = zip(*map(_values, parts), strict=True)
    return Totals(*map(sum, columns))


class Summed(Protocol):
    """What has totals of the window and of the previous one."""

    @property
    def totals(self) -> Totals:
        """Of the window."""

    @property
    def previous(self) -> Totals:
        """Of the previous window."""


def window_total(parts: Iterable[Summed]) -> WindowTotals:
    """The totals of all ``parts`` together, in both windows."""
    held = tuple(parts)
    return WindowTotals(total(each.totals for each in held), total(each.previous for each in held))


def together(parts: Iterable[WindowTotals]) -> WindowTotals:
    """All ``parts`` as one, in both windows."""
    return WindowTotals(*map(total, zip(*parts, strict=True)))
