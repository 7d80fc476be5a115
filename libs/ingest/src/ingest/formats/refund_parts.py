"""What a refund of an order gives back: of its lines, its shipping and its tax.

A refund that is the whole, or the whole without extras or shipping, is that; any other is spread
over everything in proportion, by largest remainder.
"""

from dataclasses import dataclass
from itertools import product
from typing import Protocol

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
    """What a refund gives back; ``left_out`` of the extras, ``beyond`` more than was paid."""

    goods: tuple[int, ...]
    shipping: int
    tax: int
    left_out: int = 0
    beyond: int = 0


def refund_of(amounts: Charged, refunded: int) -> Back:
    """``refunded`` as parts of the lines, of the shipping and of the tax."""
    paid, extras = amounts.paid, amounts.extras
    goods, tax = tuple(paid), amounts.tax
    everything = sum(paid) + amounts.shipping + tax
    for given in product(*({extra: None, 0: None} for extra in extras)):
        if refunded == everything + sum(given):
            return Back(goods, amounts.shipping, tax, sum(given))
    whole = everything + sum(extras)
    if refunded > whole:
        return Back(goods, amounts.shipping, tax, sum(extras), refunded - whole)
    on_shipping = amounts.shipping + amounts.tax_on_shipping
    for given in product(*({extra: None, 0: None} for extra in extras)):
        if refunded == everything + sum(given) - on_shipping:
            return Back(goods, 0, tax - amounts.tax_on_shipping, sum(given))
    shares = spread(refunded, [*paid, amounts.shipping, amounts.tax, *extras])
    shipping, tax, *left_out = shares[len(paid) :]
    return Back(tuple(shares[: len(paid)]), shipping, tax, sum(left_out))
