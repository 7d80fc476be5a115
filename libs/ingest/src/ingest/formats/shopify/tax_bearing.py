"""What of an order bears its tax: taxable lines, and the shipping unless the rate excludes it.

The export says of each line whether it is taxable. Of the shipping it says nothing: where the
order's rate gives its taxes for the goods alone, and not for goods and shipping, it bears none.
Which line bears which of several rates, or the one rate where not all do, it does not say either:
they are tried. Nothing is claimed that could be otherwise: a line that is taxable may be at no
rate, and a discount on the order may be one on some of its lines, unless it is a percentage of all.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from operator import add
from typing import Final

from ingest.formats.allocate import spread
from ingest.formats.shopify.reconcile import Goods, Sums, discounts
from ingest.formats.shopify.tax_rates import RatedTax, goods_alone, is_tax, stacked, tax_in_prices

_MOST_TRIED: Final = 1024
"""Ways to put lines under rates, or none: six lines under two of them."""
_ROUND: Final = 50
"""Minor units that amounts which people choose are whole times of."""

Way = tuple[tuple[int, ...], list[int]]
"""The rate of each line, behind the last where it bears none, and what of the shipping is under
each rate."""


def paid_for(lines: Sequence[Goods], order_discount: int) -> list[int]:
    """What was paid for each line, its part of the order's discount taken off."""
    shares = spread(order_discount, [line.paid for line in lines])
    return [line.paid - share for line, share in zip(lines, shares, strict=True)]


def bears_tax(
    lines: Sequence[Goods], paid: Sequence[int], shipping: int, sums: Sums, *, inside: bool
) -> list[bool]:
    """Of each line, and at the end of the shipping, whether it bears tax.

    ``paid`` are the lines after all discounts in minor units, as ``shipping`` is; ``inside`` says
    that both include the tax. All is taken to bear it where no line is taxable, and where what
    seems to bear it was paid less than the tax.
    """
    every = [True] * (len(lines) + 1)
    rounding = 1 + len(lines)
    taxable = [line.taxable for line in lines]
    goods = [amount for amount, bears in zip(paid, taxable, strict=True) if bears]
    if not any(taxable):
        alone = is_tax(sums.rate, shipping, sums.taxes, rounding, inside=inside)
        return [*taxable, True] if alone and shipping else every
    alone = goods_alone(
        sums.rate, sums.taxes, sum(goods), shipping, inside=inside, rounding=rounding
    )
    # Else a line at no rate that cost what the shipping did would be taken for the shipping.
    alone = alone and not any(
        is_tax(sums.rate, sum(goods) - each + shipping, sums.taxes, rounding, inside=inside)
        for each in goods
    )
    bearing = sum(goods) + shipping * (not alone)
    return [*taxable, not alone] if not inside or sums.taxes <= bearing else every


def own_taxes(
    bears: Sequence[bool],
    lines: Sequence[Goods],
    order_discount: int,
    shipping: int,
    sums: Sums,
) -> list[int] | None:
    """The tax in each line, and at the end in the shipping, where not all bear the one rate.

    ``bears`` says which lines are taxable. None unless exactly one way to put the lines, and the
    shipping, under the rates comes to each rate's tax: the shipping may be under one of them, under
    none, or under all in proportion to the goods; a line may be under none. Nor may there be
    another way with the order's discount on some of the lines alone.
    """
    taxes = stacked(sums.by_rate, rounding=1 + len(lines))
    paid = paid_for(lines, order_discount)
    if not taxes or sum(tax.amount for tax in taxes) != sums.taxes:
        return None
    if len(taxes) == 1 and all_bear(bears, [*paid, shipping], sums):
        return None
    # Each line's tax is rounded, and what was paid for it is.
    rounding = 1 + len(lines) if len(taxes) > 1 else 1 + (1 + len(lines)) // 2
    under = [number for number, amount in enumerate(paid) if bears[number] and amount]
    on_some = order_discount and not _is_percentage(lines, order_discount)
    if (len(taxes) + 1) ** len(under) * 2 ** (len(lines) if on_some else 0) > _MOST_TRIED:
        return None
    found: Way | None = None
    for given in _discounted(lines, order_discount) if on_some else [paid]:
        for way in _ways(taxes, [given[number] for number in under], shipping, rounding):
            if found is not None or given != paid:
                return None
            found = way
    return None if found is None else _taxes_of(found, taxes, under, paid)


def all_bear(bears: Sequence[bool], paid: Sequence[int], sums: Sums) -> bool:
    """Whether what ``bears`` the tax, of lines and shipping, does so at the order's one rate."""
    bearing = sum(amount for amount, each in zip(paid, bears, strict=True) if each)
    return is_tax(sums.rate, bearing, sums.taxes, len(paid), inside=True)


def _is_percentage(lines: Sequence[Goods], off: int) -> bool:
    """Whether a discount is five, ten, fifteen … percent of all lines, and no round amount, which
    may be one on some of them: it was given on all.
    """
    worth = sum(line.paid for line in lines)
    if not 0 < off < worth or off % _ROUND == 0:
        return False
    percentage = 5 * round(Fraction(20 * off, worth))
    return 2 * abs(100 * off - worth * percentage) <= 100 * len(lines)


def _discounted(lines: Sequence[Goods], off: int) -> Iterator[list[int]]:
    """What was paid for each line, with the order's discount on all of them, then on some alone."""
    yield (paid := paid_for(lines, off))
    worths = [line.paid for line in lines]
    for on in product((0, 1), repeat=len(lines)) if off else ():
        some = [worth * each for worth, each in zip(worths, on, strict=True)]
        if sum(some) < max(off, 1):
            continue
        given = [worth - part for worth, part in zip(worths, spread(off, some), strict=True)]
        if given != paid:
            yield given


def _taxes_of(
    way: Way, taxes: Sequence[RatedTax], lines: Sequence[int], paid: Sequence[int]
) -> list[int]:
    """The tax in each of the ``paid`` lines, and at the end in the shipping."""
    rates, of_shipping = way
    own = [0] * (len(paid) + 1)
    for rate, tax in enumerate(taxes):
        under = [number for number, each in zip(lines, rates, strict=True) if each == rate]
        over = [*(paid[number] for number in under), of_shipping[rate]]
        for number, part in zip([*under, -1], spread(tax.amount, over), strict=True):
            own[number] += part
    return own


def _ways(
    taxes: Sequence[RatedTax], paid: Sequence[int], shipping: int, rounding: int
) -> Iterator[Way]:
    """The ways to put what was paid for lines, and for the shipping, that come to the taxes."""
    shares = [tax.rate / (1 + tax.rate) for tax in taxes]
    least, most = (
        [int((tax.amount + off) / share) for tax, share in zip(taxes, shares, strict=True)]
        for off in (-rounding, rounding)
    )
    for rates in product(range(len(taxes) + 1), repeat=len(paid)):
        *goods, others = _sums(paid, rates, len(taxes) + 1)
        if not _between(goods, [each - shipping for each in least], most):
            continue
        for of_shipping in _of_shipping(goods, others, shipping):
            if _between(list(map(add, goods, of_shipping)), least, most):
                yield rates, of_shipping


def _sums(paid: Sequence[int], rates: Sequence[int], count: int) -> list[int]:
    """What was paid for the lines of each rate."""
    goods = [0] * count
    for amount, rate in zip(paid, rates, strict=True):
        goods[rate] += amount
    return goods


def _between(amounts: Sequence[int], least: Sequence[int], most: Sequence[int]) -> bool:
    return all(low <= each <= high for low, each, high in zip(least, amounts, most, strict=True))


def _of_shipping(goods: Sequence[int], others: int, shipping: int) -> Iterator[list[int]]:
    """What of the shipping may be under each rate, that have ``goods`` under them, and ``others``
    are under none: nothing, all of it, or a part in proportion.
    """
    nothing = [0] * len(goods)
    yield nothing
    if not shipping:
        return
    whole = [
        [shipping * (number == rate) for number in range(len(goods))] for rate in range(len(goods))
    ]
    parts = [
        spread(shipping, [*goods, beside])[:-1] for beside in {0, others} if sum(goods) + beside
    ]
    for number, each in enumerate([*whole, *parts]):
        if each != nothing and each not in [*whole, *parts][:number]:
            yield each


def included_by_rate(sums: Sums, goods: Sequence[Goods]) -> bool | None:
    """Whether tax is in the prices, by its rate; None where that does not tell, or tells of both.

    What bears the tax are taxable lines that are no gift cards, after all discounts that are
    possible, with the shipping or without.
    """
    charged = {
        taxed + shipping
        for lines in _without_tips(sums, goods)
        for off, off_shipping in _taken_off(sums, lines)
        for taxed in _taxed(lines, off)
        for shipping in (0, sums.shipping - off_shipping)
    }
    return tax_in_prices(sums.rate, sums.taxes, sorted(charged), rounding=1 + len(goods))


def _without_tips(sums: Sums, goods: Sequence[Goods]) -> list[Sequence[Goods]]:
    """The lines without those that are called tips, where Subtotal does not count them."""
    lines = [line for line in goods if not line.called_tip]
    counted = sums.subtotal is None or sum(line.value for line in lines) < sums.subtotal
    return [goods] if counted else [lines]


def _taken_off(sums: Sums, lines: Sequence[Goods]) -> list[tuple[int, int]]:
    """What may have been taken off the lines, all in all, and off the shipping."""
    value, own = sum(line.value for line in lines), sum(line.discount for line in lines)
    possible = list(discounts(sums, value, own))
    if sums.subtotal is None:
        return possible
    shown = value - sums.subtotal
    return [each for each in possible if each[0] == shown] or [(shown, 0)]


def _taxed(lines: Sequence[Goods], off: int) -> set[int]:
    """What may have been paid for what bears tax: ``off`` may be on all, on these, or on others."""
    bears = [line.taxable and not line.gift_card for line in lines]
    if all(bears) or not any(bears):
        return {sum(line.value for line in lines) - off}
    own = sum(line.discount for line in lines)
    worths = [line.paid if own <= off else line.value for line in lines]
    off -= own if own <= off else 0
    bearing = sum(worth for worth, each in zip(worths, bears, strict=True) if each)
    others = sum(worths) - bearing
    shares = spread(off, worths) if sum(worths) else [0] * len(worths)
    shared = sum(share for share, each in zip(shares, bears, strict=True) if each)
    return {bearing - part for part in (shared, off, max(off - others, 0)) if part <= bearing}
