"""Gift cards out of an order's lines, with what of a discount on the order was off them.

The platform takes a code off gift cards only where it names them, and the export does not say which
code was one. Cards bear no tax: at its rate the order's tax tells what was paid for the other goods
where the discount was off these alone, and another amount where cards had their part of it. A line
that is taxable may be at no rate: the tax tells nothing where some lines alone explain the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from ingest.formats.allocate import spread
from ingest.formats.shopify.reconcile import Goods, Sums
from ingest.formats.shopify.tax_bearing import paid_for
from ingest.formats.shopify.tax_rates import is_tax

_MOST_TRIED: Final = 10
"""Lines of which each may be at no rate; of more the tax tells nothing."""


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

    A discount on the order is off the other goods alone where only that can give the order's tax at
    its rate; else it is on all lines in proportion.
    """
    kept = tuple(number for number, line in enumerate(lines) if not line.gift_card)
    if len(kept) == len(lines):
        return WithoutCards(kept, discount)
    goods = [lines[number] for number in kept]
    paid = sum(line.paid for line in lines if line.gift_card)
    shares = spread(discount, [line.paid for line in lines])
    part = discount - sum(shares[number] for number in kept)

    def taxed(on_cards: int) -> list[int]:
        """What was paid for each line that is taxable."""
        given = zip(goods, paid_for(goods, discount - on_cards), strict=True)
        return [amount for line, amount in given if line.taxable and amount]

    def gives(amount: int) -> bool:
        """Whether the tax is that of ``amount``, with the shipping or without."""
        return any(
            is_tax(sums.rate, each, sums.taxes, 1 + len(goods), inside=inside)
            for each in (amount, amount + shipping)
        )

    def told(one: int, other: int) -> bool:
        """Whether ``one`` part on cards gives the tax, and with the ``other`` no lines can."""
        lines = taxed(other)
        if not gives(sum(taxed(one))) or len(lines) > _MOST_TRIED:
            return False
        return not any(gives(amount) for amount in _sums_of_some(lines))

    possible = 0 < discount <= sum(line.paid for line in goods)
    if part and possible and told(0, part):
        return WithoutCards(kept, discount, paid)
    sure = not part or (told(part, 0) if possible else gives(sum(taxed(part))))
    return WithoutCards(kept, discount - part, paid - part, 0 if sure or not kept else part)


def _sums_of_some(amounts: Sequence[int]) -> set[int]:
    """What some of the amounts come to, or all of them."""
    picked = product((0, 1), repeat=len(amounts))
    return {
        sum(amount * each for amount, each in zip(amounts, some, strict=True))
        for some in picked
        if any(some) or not amounts
    }
