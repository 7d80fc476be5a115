"""Gift cards out of an order's lines, with what of a discount on the order was off them.

The platform takes a code off gift cards only where it names them, and the export does not say which
code was one. Cards bear no tax: at its rate the order's tax tells what was paid for the other goods
where the discount was off these alone, and another amount where cards had their part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.formats.allocate import spread
from ingest.formats.shopify.reconcile import Goods, Sums
from ingest.formats.shopify.tax_bearing import paid_for
from ingest.formats.shopify.tax_rates import is_tax


@dataclass(frozen=True, slots=True)
class WithoutCards:
    """The lines that are no cards, by their number, and the order's ``discount`` on them.

    ``worth`` is what was paid for the cards, ``assumed`` what of the discount was taken for theirs
    without being told; both in minor units.
    """

    kept: tuple[int, ...]
    discount: int
    worth: int = 0
    assumed: int = 0


def without_cards(
    lines: Sequence[Goods], discount: int, shipping: int, sums: Sums, *, inside: bool
) -> WithoutCards:
    """The ``lines`` without gift cards; ``inside`` says that prices include the tax.

    A discount on the order is off the other goods alone where only that gives the order's tax at
    its rate; else it is on all lines in proportion.
    """
    kept = tuple(number for number, line in enumerate(lines) if not line.gift_card)
    if len(kept) == len(lines):
        return WithoutCards(kept, discount)
    goods = [lines[number] for number in kept]
    paid = sum(line.paid for line in lines if line.gift_card)
    shares = spread(discount, [line.paid for line in lines])
    part = discount - sum(shares[number] for number in kept)

    def told(on_cards: int) -> bool:
        """Whether the tax is that of what was paid for the goods, with the shipping or without."""
        given = zip(goods, paid_for(goods, discount - on_cards), strict=True)
        taxed = sum(amount for line, amount in given if line.taxable)
        rounding = 1 + len(goods)
        return any(
            is_tax(sums.rate, each, sums.taxes, rounding, inside=inside)
            for each in (taxed, taxed + shipping)
        )

    alone = part > 0 and sum(line.paid for line in goods) >= discount and told(0)
    if alone and not told(part):
        return WithoutCards(kept, discount, paid)
    sure = not part or (told(part) and not alone)
    return WithoutCards(kept, discount - part, paid - part, 0 if sure or not kept else part)
