"""What of an order bears its tax: taxable lines, and the shipping unless the rate excludes it.

The export says of each line whether it is taxable. Of the shipping it says nothing: where the
order's rate gives its taxes for the goods alone, and not for goods and shipping, it bears none.
Which line bears which of several rates it does not say either: they are tried.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from operator import add

from ingest.formats.allocate import spread
from ingest.formats.shopify.columns import OrderColumns
from ingest.formats.shopify.reconcile import Goods, Sums
from ingest.formats.shopify.tax_rates import RatedTax, goods_alone, stacked, tax_in_prices

_MOST_TRIED = 512
"""Ways to put lines under rates: nine lines under two of them."""


def bears_tax(
    lines: Sequence[Goods], paid: Sequence[int], shipping: int, sums: Sums, *, inside: bool
) -> list[bool]:
    """Of each line, and at the end of the shipping, whether it bears tax.

    ``paid`` are the lines after all discounts in minor units, as ``shipping`` is; ``inside`` says
    that both include the tax. Lines none of which is taxable are all taken to bear it.
    """
    taxable = [line.taxable for line in lines]
    if not any(taxable):
        taxable = [True] * len(lines)
    goods = sum(amount for amount, bears in zip(paid, taxable, strict=True) if bears)
    alone = goods_alone(
        sums.rate, sums.taxes, goods, shipping, inside=inside, rounding=1 + len(lines)
    )
    return [*taxable, not alone]


def own_taxes(
    bears: Sequence[bool], paid: Sequence[int], shipping: int, sums: Sums
) -> list[int] | None:
    """The tax in each line, and at the end in the shipping, where prices include several rates.

    ``bears`` says which lines are taxable. None unless exactly one way to put the lines, and the
    shipping, under the rates comes to each rate's tax: the shipping may be under one of them, under
    none, or under all in proportion to the goods.
    """
    if len(sums.by_rate) <= 1:
        return None
    rounding = 1 + len(paid)
    taxes = stacked(sums.by_rate, rounding=rounding)
    several = len(taxes) > 1 and sum(tax.amount for tax in taxes) == sums.taxes
    lines = [number for number, amount in enumerate(paid) if bears[number] and amount]
    if not several or len(taxes) ** len(lines) > _MOST_TRIED:
        return None
    ways = _ways(taxes, [paid[number] for number in lines], shipping, rounding)
    found, another = next(ways, None), next(ways, None)
    if found is None or another is not None:
        return None
    rates, of_shipping = found
    own = [0] * (len(paid) + 1)
    for rate, tax in enumerate(taxes):
        under = [number for number, each in zip(lines, rates, strict=True) if each == rate]
        over = [*(paid[number] for number in under), of_shipping[rate]]
        for number, part in zip([*under, -1], spread(tax.amount, over), strict=True):
            own[number] += part
    return own


def _ways(
    taxes: Sequence[RatedTax], paid: Sequence[int], shipping: int, rounding: int
) -> Iterator[tuple[tuple[int, ...], list[int]]]:
    """The rate of each line, and what of the shipping is under each, that come to the taxes."""
    shares = [tax.rate / (1 + tax.rate) for tax in taxes]
    least, most = (
        [
            max(int((tax.amount + off) / share), tax.amount)
            for tax, share in zip(taxes, shares, strict=True)
        ]
        for off in (-rounding, rounding)
    )
    for rates in product(range(len(taxes)), repeat=len(paid)):
        goods = [0] * len(taxes)
        for amount, rate in zip(paid, rates, strict=True):
            goods[rate] += amount
        if not _between(goods, [each - shipping for each in least], most):
            continue
        for of_shipping in _of_shipping(goods, shipping):
            if _between(list(map(add, goods, of_shipping)), least, most):
                yield rates, of_shipping


def _between(amounts: Sequence[int], least: Sequence[int], most: Sequence[int]) -> bool:
    return all(low <= each <= high for low, each, high in zip(least, amounts, most, strict=True))


def _of_shipping(goods: Sequence[int], shipping: int) -> Iterator[list[int]]:
    """What of the shipping may be under each rate, that have ``goods`` under them."""
    yield [0] * len(goods)
    if shipping and all(goods):
        yield spread(shipping, goods)
    for rate in range(len(goods) if shipping else 0):
        yield [shipping if number == rate else 0 for number in range(len(goods))]


def included_by_rate(
    head: OrderColumns, goods: Sequence[Goods], rate: Fraction | None
) -> bool | None:
    """Whether tax is in the prices, by its rate; None where that does not tell."""
    sold = sum(line.paid for line in goods) if head.subtotal is None else head.subtotal
    charged = (sold, sold + head.shipping)
    return tax_in_prices(rate, head.taxes, charged, rounding=1 + len(goods))
