"""What a refund of an order gives back: of its lines, its shipping and its tax.

A refund that is the whole, or the whole without extras or shipping, is that; any other is spread
over everything in proportion, by largest remainder. Of several, a later one changes no earlier one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Protocol, Self

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


def in_turn(charged: Charged, refunds: Iterable[int]) -> Iterator[Back]:
    """What each of several refunds gives back, one after the other.

    Together they give back what one of their sum does; where that is less of a part than was given
    back before, a refund is one of what is left.
    """
    whole, before = 0, Back((0,) * len(charged.paid), 0, 0, (0,) * len(charged.extras))
    for refunded in refunds:
        whole += refunded
        back = refund_of(charged, whole).plus(before, -1)
        if min(*back.goods, back.shipping, back.tax, *back.extras, back.beyond) < 0:
            back = refund_of(Left.of(charged, before), refunded)
        before = before.plus(back)
        yield back
