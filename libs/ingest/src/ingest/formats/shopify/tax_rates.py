"""Tax rates: whether tax is in an order's prices, as far as the names of its taxes tell.

Shopify names a tax with its rate (``MwSt 19%``). At that rate an order's taxes are one amount where
they are on top of what was charged, and a smaller one where they are in it.
"""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

_RATE: Final = re.compile(r"([0-9]{1,2}(?:[.,][0-9]{1,4})?) ?%")


def tax_in_prices(
    names: Iterable[str], taxes: int, charged: Sequence[int], *, rounding: int
) -> bool | None:
    """Whether ``taxes`` are in what was charged; None where their ``names`` do not tell.

    ``charged`` are the amounts that may bear the tax, all of whose rates add up: goods, or goods
    and shipping. ``rounding`` is by how much taxes may be off, in minor units like the others.
    """
    found = [_RATE.search(name) for name in names]
    rates = (Fraction(each[1].replace(",", ".")) for each in found if each)
    rate = sum(rates, Fraction(0)) / 100
    if not rate or not all(found):
        return None

    def fits(share: Fraction) -> bool:
        return any(abs(taxes - share * amount) <= rounding for amount in charged)

    on_top, inside = fits(rate), fits(rate / (1 + rate))
    return None if on_top == inside else inside
