"""Tax rates: what bears an order's tax, and whether it is in the prices, as far as names tell.

Shopify names a tax with its rate (``MwSt 19%``). At that rate an order's taxes are one amount where
they are on top of what was charged, and a smaller one where they are in it; and another where the
shipping bears the tax than where it bears none.
"""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

_RATE: Final = re.compile(r"([0-9]{1,2}(?:[.,][0-9]{1,4})?) ?%")


class RatedTax(NamedTuple):
    """A tax at its ``rate``, as 19/100; ``amount`` is in minor units."""

    rate: Fraction
    amount: int


def rated(named: Iterable[tuple[str | None, int | None]]) -> tuple[RatedTax, ...]:
    """Taxes by name and amount, with their rates; empty unless all have both."""
    taxes = []
    for name, amount in named:
        rate = rate_of([name] if name else ())
        if name and amount and rate is None:
            return ()
        if rate is not None and amount:
            taxes.append(RatedTax(rate, amount))
    return tuple(taxes)


def stacked(taxes: Iterable[RatedTax], *, rounding: int) -> list[RatedTax]:
    """Taxes on the same goods, as a state's and a city's, put together: by what they are taxes of.

    ``rounding`` is by how much each may be off, in minor units.
    """
    together: list[RatedTax] = []
    for tax in taxes:
        for number, other in enumerate(together):
            apart = abs(tax.amount / tax.rate - other.amount / other.rate)
            if apart <= rounding / min(tax.rate, other.rate):
                together[number] = RatedTax(tax.rate + other.rate, tax.amount + other.amount)
                break
        else:
            together.append(tax)
    return together


def rate_of(names: Iterable[str]) -> Fraction | None:
    """The rate of all taxes of these ``names`` together, as 19/100; None where one has none."""
    return _rate(tuple(names))


@lru_cache(1024)
def _rate(names: tuple[str, ...]) -> Fraction | None:
    found = [_RATE.search(name) for name in names]
    rates = (Fraction(each[1].replace(",", ".")) for each in found if each)
    rate = sum(rates, Fraction(0)) / 100
    return rate if rate and all(found) else None


def tax_in_prices(
    rate: Fraction | None, taxes: int, charged: Sequence[int], *, rounding: int
) -> bool | None:
    """Whether ``taxes`` are in what was charged; None where their ``rate`` does not tell.

    ``charged`` are the amounts that may bear the tax: goods, or goods and shipping. ``rounding`` is
    by how much taxes may be off, in minor units like the others.
    """
    if rate is None:
        return None

    on_top, inside = (
        any(is_tax(rate, amount, taxes, rounding, inside=each) for amount in charged)
        for each in (False, True)
    )
    return None if on_top == inside else inside


def goods_alone(
    rate: Fraction | None, taxes: int, goods: int, shipping: int, *, inside: bool, rounding: int
) -> bool:
    """Whether ``taxes`` at their ``rate`` are what ``goods`` alone bear, and not the shipping.

    ``inside`` says that both amounts include the tax; ``rounding`` is as above.
    """
    if rate is None or not shipping:
        return False
    alone = is_tax(rate, goods, taxes, rounding, inside=inside)
    return alone and not is_tax(rate, goods + shipping, taxes, rounding, inside=inside)


def is_tax(rate: Fraction | None, amount: int, taxes: int, rounding: int, *, inside: bool) -> bool:
    """Whether ``taxes`` are those of an amount at their ``rate``; not where that is not known."""
    if rate is None:
        return False
    part = rate.numerator  # in whole numbers, as fractions are slow
    whole = rate.denominator + part * inside
    return abs(taxes * whole - part * amount) <= rounding * whole
