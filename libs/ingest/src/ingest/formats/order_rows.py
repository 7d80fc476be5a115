"""The rows of one order, whose sender says what they are: prices with tax, and gift cards.

For sources in our own terms, files and JSON. Platforms' exports are reconciled to their totals and
find both out by themselves. A shop's gift cards bear no tax: they are left out before it is
taken out of prices.
"""

from collections.abc import Collection, Sequence

from ingest.csv.notes import Notes
from ingest.formats import gift_cards
from ingest.formats.allocate import spread
from ingest.formats.included_tax import take_out
from ingest.rows import OrderLineRow


class TaxBeyondPricesError(ValueError):
    """The tax of an order is more than what was paid for it: it cannot be in the prices."""

    def __init__(self) -> None:
        super().__init__("is more than the prices that are to include it")


def without_tax(rows: Sequence[OrderLineRow]) -> list[OrderLineRow]:
    """The rows of an order without the tax in lines, discounts and shipping, in proportion.

    What was paid stays the same to the minor unit. Rows that no order can have (a discount
    above the goods) come back as they are: the ledger names them.

    Raises:
        TaxBeyondPricesError: there is more tax than was paid.
    """
    first = rows[0]
    worths = [row.unit_price * row.quantity + row.remainder for row in rows]
    paid = [worth - row.line_discount for worth, row in zip(worths, rows, strict=True)]
    if min(paid) < 0 or not 0 <= first.order_discount <= sum(paid):
        return list(rows)
    cuts = spread(first.order_discount, paid)
    left = [each - cut for each, cut in zip(paid, cuts, strict=True)]
    if not 0 <= first.tax <= sum(left) + first.shipping:
        raise TaxBeyondPricesError
    parts, on_shipping = take_out(first.tax, first.shipping, list(zip(worths, left, strict=True)))
    return [
        row._replace(
            unit_price=worth // row.quantity,
            remainder=worth % row.quantity,
            line_discount=worth - net,
            order_discount=0,
            shipping=first.shipping - on_shipping,
        )
        for row, (worth, net) in zip(rows, parts, strict=True)
    ]


def without_cards(
    rows: Sequence[OrderLineRow], cards: Collection[int], notes: Notes
) -> list[OrderLineRow]:
    """The rows of an order without those at the positions of ``cards``, and their discounts.

    An order of nothing else is kept as one that was not paid: so it replaces itself where it
    counted before.
    """
    if not cards:
        return list(rows)
    first = rows[0]
    paid = [row.unit_price * row.quantity + row.remainder - row.line_discount for row in rows]
    kept = [row for row in rows if row.position not in cards]
    worth = sum(each for each, row in zip(paid, rows, strict=True) if row.position in cards)
    if not kept:
        notes.add(gift_cards.ALONE, first.order_id, worth - first.order_discount)
        return [row._replace(paid_at=None) for row in rows]
    if min(paid) < 0 or not 0 <= first.order_discount <= sum(paid):
        return kept
    cuts = spread(first.order_discount, paid)
    left = sum(cut for cut, row in zip(cuts, rows, strict=True) if row.position not in cards)
    notes.add(gift_cards.LEFT_OUT, first.order_id, worth - (first.order_discount - left))
    return [row._replace(order_discount=left) for row in kept]
