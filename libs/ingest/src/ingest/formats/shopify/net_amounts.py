"""From a reconciled Shopify order to the ledger's amounts, which are without tax.

- Discounts that the lines do not tell are the order's.
- Tax in the prices is taken out of what bears it in proportion to what was paid for it: of lines
  that are taxable, and of the shipping, unless the rate tells that the goods alone bear it. A line
  keeps its total to the minor unit, whatever its unit price comes to.
- Tips and duties are no sales: they are left out, and told. So are gift cards, where they are a
  liability: with what discounts took off them, and without tax, which they do not bear.
- A refund that is the whole, or the whole without tips, duties or shipping, is that; any other is
  spread over everything in proportion.

Every spreading is by largest remainder, so the parts add up to the sums of the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.formats.allocate import spread
from ingest.formats.included_tax import take_out
from ingest.formats.refund_parts import Back, refund_of
from ingest.formats.shopify.card_discount import WithoutCards, without_cards
from ingest.formats.shopify.reconcile import Goods, Sums, reading_of
from ingest.formats.shopify.tax_bearing import all_bear, bears_tax, own_taxes, paid_for

__all__ = ["Amounts", "Back", "Goods", "Sums", "amounts_of", "refund_of"]

IN_PRICES = "prices include tax; it was taken out of lines and shipping in proportion"
IN_SOME_PRICES = (
    "prices include tax; it was taken in proportion out of what bears it (at its rate the shipping"
    " bears none, or lines are not taxable)"
)

IN_PRICES_BY_RATE = (
    "prices include taxes of several rates; each was taken out of the lines it is of"
)
IN_PRICES_OF_ITS_LINES = (
    "prices include a tax that is not all lines'; it was taken out of those it is of by its rate"
)
IN_PRICES_OF_SOME_LINES = (
    "prices include a tax that at its rate is not that of all lines; which bear it is not told, and"
    " it was taken out of lines and shipping in proportion"
)


NO_TOTAL = "there is no Total to check the lines with"
NO_TOTAL_TELLS = "there is no Total to tell whether prices include tax; taken as without"
RATE_TELLS = "there is no Total; whether prices include tax was taken as their rate tells"

GIVEN_AWAY = (
    "nothing was paid for the goods, so that nothing tells whether their prices include tax; gross"
    " sales and discounts were taken as without"
)
MORE_THAN_SHOWN = "Lineitem discount is more than Subtotal shows; taken as the order's"
ON_ALL_LINES = (
    "the export does not say which lines a discount on the order was for; it was put on all of them"
)


@dataclass(frozen=True, slots=True)
class Amounts:
    """An order without tax in its prices; ``remarks`` say what had to be assumed.

    ``sold`` are the numbers of the lines that are goods, in the order of ``goods``. ``tips``,
    ``duties`` and ``gift_cards`` are left out; ``unexplained`` is Total less all the others.
    ``discount_beyond`` is what is told of discounts that is off neither goods nor shipping, and
    ``off_cards`` what of a discount on the order is taken for that of gift cards that it is left
    out with.
    """

    sold: tuple[int, ...]
    goods: tuple[Goods, ...]
    order_discount: int
    shipping: int
    tax: int
    tax_on_shipping: int
    tips: int
    duties: int
    unexplained: int
    remarks: tuple[str, ...]
    gift_cards: int = 0
    discount_beyond: int = 0
    off_cards: int = 0

    @property
    def extras(self) -> tuple[int, ...]:
        """What was charged besides and is no sale."""
        return self.tips, self.duties, self.gift_cards

    @property
    def paid(self) -> list[int]:
        """What was paid for each line after all discounts."""
        return paid_for(self.goods, self.order_discount)


def amounts_of(sums: Sums, goods: Sequence[Goods], *, gift_cards_are_sales: bool = True) -> Amounts:
    """The ledger's amounts of an order."""
    reading = reading_of(sums, goods)
    remarks: list[str] = []
    sold = tuple(number for number in range(len(goods)) if number not in reading.tips)
    lines, order_discount = _discounted([goods[n] for n in sold], reading.off_goods, remarks)
    shipping = sums.shipping - reading.off_shipping
    cards = WithoutCards(tuple(range(len(lines))), order_discount)
    if not gift_cards_are_sales:
        cards = without_cards(lines, order_discount, shipping, sums, inside=reading.tax_included)
    sold, lines = tuple(sold[n] for n in cards.kept), [lines[n] for n in cards.kept]
    order_discount = cards.discount
    dear = [line.paid for line in lines if line.paid > 0]
    told = MORE_THAN_SHOWN in remarks or order_discount == sum(dear)
    if order_discount and len(dear) > 1 and not told:
        remarks.append(ON_ALL_LINES)
    if reading.off_shipping:
        remarks.append("a discount was taken off the shipping")
    paid = paid_for(lines, order_discount)
    if reading.tax_included and sums.taxes <= sum(paid) + shipping:
        bears = bears_tax(lines, paid, shipping, sums, inside=True)
        by_rate = own_taxes(bears, lines, order_discount, shipping, sums)
        own = by_rate or [*(line.tax or 0 for line in lines), sums.tax_on_shipping or 0]
        remarks.append(_in_prices([*paid, shipping], bears, by_rate, sums))
        worths = list(zip((line.value for line in lines), paid, strict=True))
        parts, tax_on_shipping = take_out(sums.taxes, shipping, worths, own=own, bears=bears)
        lines = [_net(line, *part) for line, part in zip(lines, parts, strict=True)]
        order_discount, shipping = 0, shipping - tax_on_shipping
    else:
        bears = bears_tax(lines, paid, shipping, sums, inside=False)
        over = [part * each for part, each in zip([*paid, shipping], bears, strict=True)]
        tax_on_shipping = spread(sums.taxes, over)[-1] if sum(over) else 0
    if sums.duties and reading.duties not in (sums.charges, sums.duties) and reading.explains:
        remarks.append("Duties are not in Total beside the prices; they count as goods in them")
    taxed = sums.rate and any(line.taxable for line in lines)
    if taxed and not sums.taxes and reading.off_goods and not sum(paid):
        remarks.append(GIVEN_AWAY)
    if sums.total is None:
        remarks.append(_without_total(sums))
    if reading.of_subtotal and not reading.unexplained:
        remarks.append("Subtotal is not the lines less discounts, Total is; the lines were taken")
    return Amounts(
        sold,
        tuple(lines),
        order_discount,
        shipping,
        sums.taxes,
        tax_on_shipping,
        reading.tipped,
        reading.duties,
        reading.unexplained,
        tuple(remarks),
        cards.worth,
        reading.discount_beyond(sums.discount),
        cards.assumed,
    )


def _without_total(sums: Sums) -> str:
    """What is said of an order that tells no Total."""
    if not sums.taxes:
        return NO_TOTAL
    return NO_TOTAL_TELLS if sums.tax_included is None else RATE_TELLS


def _discounted(lines: list[Goods], off: int, remarks: list[str]) -> tuple[list[Goods], int]:
    """The lines with their own discounts as far as ``off`` holds them, and what is the order's."""
    own = sum(line.discount for line in lines)
    if own <= off and all(line.paid >= 0 for line in lines):
        return lines, off - own
    remarks.append(MORE_THAN_SHOWN)
    return [replace(line, discount=0) for line in lines], off


def _in_prices(
    over: Sequence[int], bears: Sequence[bool], by_rate: list[int] | None, sums: Sums
) -> str:
    """What is said of a tax in the prices: what it was taken out of, of ``over``."""
    if by_rate:
        return IN_PRICES_BY_RATE if len(sums.by_rate) > 1 else IN_PRICES_OF_ITS_LINES
    if len(sums.by_rate) == 1 and not all_bear(bears, over, sums):
        return IN_PRICES_OF_SOME_LINES
    untaxed = (each for each, bearing in zip(over, bears, strict=True) if not bearing)
    return IN_SOME_PRICES if any(untaxed) else IN_PRICES


def _net(line: Goods, worth: int, paid: int) -> Goods:
    """A line without tax: what it is worth before discounts and what was paid for it."""
    price, remainder = divmod(worth, line.quantity)
    return Goods(line.quantity, price, worth - paid, remainder)
