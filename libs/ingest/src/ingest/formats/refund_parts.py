"""What a refund of an order gives back: of its lines, its shipping and its tax.

A refund that is the whole, or the whole without extras or shipping, is that; any other is spread
over everything in proportion, by largest remainder. Of several, a later one changes no earlier one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, Protocol, Self

from ingest.formats.allocate import spread


class Charged(Protocol):
    """What was charged of an order, without tax in it, in minor units."""

    @property
    def paid(self) -> list[int]:
        """What was paid for each line after all discounts."""

    @property
    def shipping(self) -> int:
        """The order's shipping."""

    @property
    def tax(self) -> int:
        """The order's tax."""

    @property
    def tax_on_shipping(self) -> int:
        """The part of it that is the shipping's."""

    @property
    def extras(self) -> tuple[int, ...]:
        """What was charged besides and is no sale: tips, duties, fees."""


@dataclass(frozen=True, slots=True)
class Back:
    """What a refund gives back; of the ``extras`` too, ``beyond`` is more than was paid."""

    goods: tuple[int, ...]
    shipping: int
    tax: int
    extras: tuple[int, ...]
    beyond: int = 0

    @property
    def sales(self) -> int:
        """What of it had been sold."""
        return sum(self.goods) + self.shipping + self.tax

    @property
    def left_out(self) -> int:
        """What of it had not."""
        return sum(self.extras)

    def plus(self, other: "Back", sign: int = 1) -> "Back":
        """Both, part by part."""
        return Back(
            tuple(one + sign * more for one, more in zip(self.goods, other.goods, strict=True)),
            self.shipping + sign * other.shipping,
            self.tax + sign * other.tax,
            tuple(one + sign * more for one, more in zip(self.extras, other.extras, strict=True)),
            self.beyond + sign * other.beyond,
        )


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a charge."""

    paid: list[int]
    shipping: int
    tax: int
    tax_on_shipping: int
    extras: tuple[int, ...]

    @classmethod
    def of(cls, charged: Charged, back: Back) -> Self:
        """What is left of it after ``back``."""
        goods = [paid - part for paid, part in zip(charged.paid, back.goods, strict=True)]
        shipping, tax = charged.shipping - back.shipping, charged.tax - back.tax
        extras = zip(charged.extras, back.extras, strict=True)
        on_shipping = min(charged.tax_on_shipping, tax) if shipping else 0
        return cls(goods, shipping, tax, on_shipping, tuple(all_ - part for all_, part in extras))


def refund_of(amounts: Charged, refunded: int) -> Back:
    """``refunded`` as parts of the lines, of the shipping and of the tax."""
    paid, extras = amounts.paid, amounts.extras
    goods, tax = tuple(paid), amounts.tax
    everything = sum(paid) + amounts.shipping + tax
    for given in product(*({extra: None, 0: None} for extra in extras)):
        if refunded == everything + sum(given):
            return Back(goods, amounts.shipping, tax, given)
    whole = everything + sum(extras)
    if refunded > whole:
        return Back(goods, amounts.shipping, tax, extras, refunded - whole)
    on_shipping = amounts.shipping + amounts.tax_on_shipping
    for given in product(*({extra: None, 0: None} for extra in extras)):
        if refunded == everything + sum(given) - on_shipping:
            return Back(goods, 0, tax - amounts.tax_on_shipping, given)
    shares = spread(refunded, [*paid, amounts.shipping, amounts.tax, *extras])
    shipping, tax, *left_out = shares[len(paid) :]
    return Back(tuple(shares[: len(paid)]), shipping, tax, tuple(left_out))


MOST_SHARES: Final = 10_000
"""How many shares of lines several refunds of an order are spread into in proportion."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one of several refunds gives back; ``goods`` by the line's index, where it is any."""

    goods: Mapping[int, int]
    shipping: int
    tax: int
    left_out: int
    beyond: int

    @classmethod
    def of(cls, goods: Mapping[int, int], back: Back) -> Self:
        """``goods`` with what ``back`` is besides."""
        return cls(goods, back.shipping, back.tax, back.left_out, back.beyond)

    @property
    def sales(self) -> int:
        """What of it had been sold."""
        return sum(self.goods.values()) + self.shipping + self.tax


def in_turn(
    charged: Charged, refunds: Sequence[int], *, most_shares: int = MOST_SHARES
) -> Iterator[Part]:
    """What each of several refunds gives back, one after the other.

    Together they give back what one of their sum does; where that is less of a part than was given
    back before, a refund is one of what is left. Of goods, those that ``most_shares`` reach for
    give back of all lines in proportion, at least the first; those after them of one line after
    the other, so that there are no more shares than that, lines and refunds.
    """
    lines, extras = len(charged.paid), (0,) * len(charged.extras)
    spreads = max(most_shares // max(lines, 1), 1)
    before = Back((0,) * lines, 0, 0, extras)
    for back in _each(charged, before, refunds[:spreads]):
        before = before.plus(back)
        yield Part.of({line: part for line, part in enumerate(back.goods) if part}, back)
    room, line = Left.of(charged, before).paid, 0
    together = Left.of(charged, Back((0,) * lines, 0, 0, extras))
    together = replace(together, paid=[sum(charged.paid)])
    before = replace(before, goods=(sum(before.goods),))
    for back in _each(together, before, refunds[spreads:]):
        (left,), goods = back.goods, {}
        while left:
            if part := min(left, room[line]):
                goods[line] = part
            room[line], left = room[line] - part, left - part
            line += left > 0
        yield Part.of(goods, back)


def _each(charged: Charged, before: Back, refunds: Iterable[int]) -> Iterator[Back]:
    """What each gives back after ``before``."""
    whole = before.sales + before.left_out + before.beyond
    for refunded in refunds:
        whole += refunded
        back = refund_of(charged, whole).plus(before, -1)
        if min(*back.goods, back.shipping, back.tax, *back.extras, back.beyond) < 0:
            back = refund_of(Left.of(charged, before), refunded)
        before = before.plus(back)
        yield back
