"""Reconcile a Shopify order: goods − discounts + shipping + tax + tips + duties = Total.

The export has sums, and not what they are made of: whether the tax is in the prices, what a code
took off the shipping, which line is a tip. Each possible reading is tried against Subtotal and
Total, exactly, and the first that explains both is the order's:

- Tips: a line called a tip, or any line without a SKU, is one if Subtotal does not count it. Those
  that are stated alone are in Total, or not.
- Discounts: ``Discount Amount`` is what was taken off goods and shipping together, Subtotal tells
  the part of the goods. It may leave out the lines' own, and Shipping may be told without its part.
- Duties and fees are in Total beside everything, or in the prices, or one of the two is.
- Tax is on top, or in the prices: where there is no Total, as its rates tell.

Where none explains both, the lines are taken as they stand with the reading that leaves least, tax
as its rates tell, and what is left is the order's unexplained amount. It is never spread over the
lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from ingest.formats.gift_cards import is_card
from ingest.formats.shopify.tax_rates import RatedTax

_MOST_GUESSES = 20
_TIP_NAMES = frozenset(
    {"tip", "tips", "gratuity", "trinkgeld", "pourboire", "propina", "mancia", "fooi", "gorjeta",
     "dricks", "drikkepenge", "tips (gratuity)", "チップ", "小费"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sums:
    """An order's sums in minor units; None where the export has no such column or cell.

    ``tax_included`` is what else tells whether tax is in the prices: None where nothing does.
    ``tips`` were stated, whether or not a line has them; so were ``fees``, which go with the
    duties, and ``tax_on_shipping``. ``rate`` is that of all taxes together, and
    ``by_rate`` each tax with its own, where they are known.
    """

    subtotal: int | None
    shipping: int
    taxes: int
    total: int | None
    discount: int | None
    refunded: int = 0
    duties: int = 0
    tax_included: bool | None = None
    tips: int = 0
    tax_on_shipping: int | None = None
    fees: int = 0
    rate: Fraction | None = None
    by_rate: tuple[RatedTax, ...] = ()

    @property
    def charges(self) -> int:
        """Duties and fees."""
        return self.duties + self.fees


@dataclass(frozen=True, slots=True)
class Goods:
    """A line's: worth ``unit_price * quantity + remainder``; ``discount`` is the whole line's.

    ``card``, ``tip`` and ``tax`` are what was stated of it: whether it is a gift card (None where
    its title may tell), that it is a tip, and the tax that is in it or on it. Where that is not
    stated, it bears tax if it is ``taxable``.
    """

    quantity: int
    unit_price: int
    discount: int
    remainder: int = 0
    title: str | None = None
    sku: str | None = None
    card: bool | None = None
    tip: bool = False
    tax: int | None = None
    taxable: bool = True

    @property
    def value(self) -> int:
        """What the line costs before its own discount."""
        return self.unit_price * self.quantity + self.remainder

    @property
    def paid(self) -> int:
        """What the line costs after its own discount."""
        return self.value - self.discount

    @property
    def called_tip(self) -> bool:
        """Whether it is stated to be a tip, or goes by the name of one."""
        return self.tip or (self.sku is None and (self.title or "").casefold() in _TIP_NAMES)

    @property
    def gift_card(self) -> bool:
        """Whether it is stated to be a gift card, or goes by the name of one."""
        return is_card(self.title, self.card)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the sums are made of: which lines are ``tips``, all that was ``tipped``, what was taken
    ``off_goods`` and ``off_shipping``, the duties in Total, and whether tax is in the prices.

    ``of_subtotal`` and ``of_total`` are what is left of the two without an explanation. A reading
    is odd that leaves a column's amount out, or discounts the shipping in part.
    """

    tips: frozenset[int]
    tipped: int
    off_goods: int
    off_shipping: int
    duties: int
    tax_included: bool
    of_subtotal: int
    of_total: int
    oddness: int

    @property
    def explains(self) -> bool:
        """Whether it gives Subtotal and Total to the minor unit."""
        return self.of_subtotal == self.of_total == 0

    def discount_beyond(self, stated: int | None) -> int:
        """What ``stated`` discounts are more than was taken off; 0 where Total is not explained."""
        off = self.off_goods + self.off_shipping
        return max((stated or 0) - off, 0) if self.explains else 0

    @property
    def unexplained(self) -> int:
        """Total less what the lines, discounts, shipping, tax, tips and duties come to."""
        return self.of_subtotal + self.of_total


def reading_of(sums: Sums, goods: Sequence[Goods]) -> Reading:
    """How an order's sums are to be read: the likeliest of those that explain them."""
    likely: list[Reading] = []
    for tips in _named(sums, goods):
        for reading in _readings(sums, goods, tips):
            if reading.explains and not reading.oddness:
                return reading
            likely.append(reading)
    exact = [reading for reading in likely if reading.explains]
    if exact:
        return min(exact, key=lambda reading: reading.oddness)
    for tips in _guessed(sums, goods):
        for reading in _readings(sums, goods, tips):
            if reading.explains:
                return reading
    told = [each for each in likely if each.tax_included is sums.tax_included]
    return min(told or likely, key=lambda each: abs(each.of_subtotal) + abs(each.of_total))


def _named(sums: Sums, goods: Sequence[Goods]) -> Iterator[frozenset[int]]:
    """The lines that are called tips, where Subtotal can tell them from goods; then none."""
    named = frozenset(number for number, line in enumerate(goods) if line.called_tip)
    if named and sums.subtotal is not None:
        yield named
    yield frozenset()


def _guessed(sums: Sums, goods: Sequence[Goods]) -> Iterator[frozenset[int]]:
    """Each line that has no SKU: a tip has none, whatever it is called."""
    if sums.subtotal is None or sums.total is None:
        return
    without = [number for number, line in enumerate(goods) if line.sku is None and line.value]
    for number in without[:_MOST_GUESSES]:
        yield frozenset({number})


def _readings(sums: Sums, goods: Sequence[Goods], tips: frozenset[int]) -> Iterator[Reading]:
    sold = [line for number, line in enumerate(goods) if number not in tips]
    value, own = sum(line.value for line in sold), sum(line.discount for line in sold)
    on_lines = sum(goods[number].paid for number in tips)
    tips_in_total = dict.fromkeys((max(sums.tips, on_lines), on_lines))
    modes = (False, True) if sums.taxes else (False,)
    if sums.total is None:
        modes = (True, False) if sums.taxes and sums.tax_included else (False,)
    charged = dict.fromkeys((sums.charges, sums.duties, sums.fees, 0))
    for tipped, (off_goods, off_shipping), duties, included in product(
        tips_in_total, dict.fromkeys(discounts(sums, value, own)), charged, modes
    ):
        net, shipping = value - off_goods, sums.shipping - off_shipping
        if included and sums.taxes > net + shipping:
            continue
        subtotal = net if sums.subtotal is None else sums.subtotal
        total = subtotal + shipping + (0 if included else sums.taxes) + tipped + duties
        yield Reading(
            tips,
            tipped,
            off_goods,
            off_shipping,
            duties,
            included,
            subtotal - net,
            0 if sums.total is None else sums.total - total,
            _oddness(sums, own, off_goods, off_shipping, duties) + 2 * (tipped < sums.tips),
        )


def _oddness(sums: Sums, own: int, off_goods: int, off_shipping: int, duties: int) -> int:
    told = sums.discount is None or off_goods + off_shipping - sums.discount in (0, own)
    in_part = off_shipping not in (0, sums.shipping)
    return 2 * (not told) + 2 * (duties != sums.charges) + in_part


def discounts(sums: Sums, value: int, own: int) -> Iterator[tuple[int, int]]:
    """What may have been taken off goods worth ``value`` and off the shipping, likeliest first."""
    stated, shipping = sums.discount, sums.shipping
    off = None if sums.subtotal is None else value - sums.subtotal
    if off is not None and off >= 0:
        if stated is None:
            yield off, 0
            yield off, shipping
        else:
            for whole in (stated, stated + own):
                if 0 <= whole - off <= shipping:
                    yield off, whole - off
            if off <= stated + own:
                yield off, 0
    whole = max(own, stated or 0)
    yield min(whole, value), 0
    if whole >= shipping:
        yield min(whole - shipping, value), shipping
    else:
        yield 0, whole
