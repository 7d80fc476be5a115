"""Refunds that rows of their own tell, with their days: onto the lines of their order.

Such a row may be anywhere in a file, and its order in another one. Where the order is in the file,
a refund goes onto the lines of the products that it names; where it names none, or more than is
left of them, on all that is left in proportion. Else the ledger is asked for the order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from ingest.csv.values import short_identity
from ingest.formats.refund_parts import Back, Left, refund_of
from ingest.formats.woocommerce.net_amounts import Amounts
from ingest.formats.woocommerce.order import Head
from ingest.formats.woocommerce.reconcile import Line
from ingest.rows import DATED, LINE_UNTOLD, RefundRow

_MOST_ROWS: Final = 1000
"""Of one refund: the rows of the next line of the file stand behind them."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What came back of a product: ``pieces`` and their ``amount`` without tax."""

    pieces: int
    amount: int

    def plus(self, other: "Goods") -> "Goods":
        """Both."""
        return Goods(self.pieces + other.pieces, self.amount + other.amount)


@dataclass(frozen=True, slots=True)
class BookedRefund:
    """A refund of an order, from its first row's ``position``; ``goods`` by the product's id.

    ``money`` is all that was paid back. With ``told`` it is goods, shipping, tax and fees as they
    stand, else nobody knows of what it is. ``clock`` is when it was as the shop's clocks had it.
    """

    position: int
    order_id: str
    at: datetime
    clock: str
    money: int
    goods: Mapping[str, Goods]
    shipping: int
    tax: int
    fees: int
    told: bool

    @property
    def id(self) -> str:
        """Its id: no export tells one, and no two refunds of an order are of one minute."""
        return f"{DATED}{self.clock}"

    def plus(self, other: Self) -> Self:
        """Both, which are of one minute."""
        goods = dict(self.goods)
        for product, more in other.goods.items():
            goods[product] = goods.get(product, Goods(0, 0)).plus(more)
        return replace(
            self,
            position=min(self.position, other.position),
            money=self.money + other.money,
            goods=goods,
            shipping=self.shipping + other.shipping,
            tax=self.tax + other.tax,
            fees=self.fees + other.fees,
            told=self.told and other.told,
        )

    def rows(self) -> Iterator[RefundRow]:
        """Its rows for the ledger, which knows the order and its lines."""
        same = (self.id, self.order_id)
        if not self.told or not self.goods:
            parts = (0, self.shipping, self.tax) if self.told else (self.money - self.fees, 0, 0)
            yield RefundRow(self.position, *same, LINE_UNTOLD, self.at, "return", 0, *parts)
            return
        besides = (self.shipping, self.tax)
        for number, (product, each) in enumerate(list(self.goods.items())[:_MOST_ROWS]):
            line = f"{LINE_UNTOLD}{product}"
            yield RefundRow(
                *(self.position + number, *same, line, self.at, "return", each.pieces),
                *(each.amount, *besides),
            )
            besides = (0, 0)


class BookedRefunds:
    """Those of one file, by order."""

    def __init__(self) -> None:
        self._of: defaultdict[str, dict[str, BookedRefund]] = defaultdict(dict)

    def __bool__(self) -> bool:
        return bool(self._of)

    def add(self, refund: BookedRefund) -> None:
        """Note one."""
        there = self._of[refund.order_id]
        before = there.get(refund.id)
        there[refund.id] = refund if before is None else before.plus(refund)

    def take(self, order_id: str) -> list[BookedRefund]:
        """Those of an order, in turn; they are no other's any more."""
        return sorted(self._of.pop(order_id, {}).values(), key=lambda each: each.at)

    def rest(self) -> Iterator[BookedRefund]:
        """Those of orders that were not taken."""
        return (refund for refunds in self._of.values() for refund in refunds.values())


def product_of(line: Line) -> str:
    """The id of a line's product."""
    return short_identity(line.sku or line.title or "")


def booked_rows(
    head: Head, amounts: Amounts, refunds: Sequence[BookedRefund]
) -> tuple[list[RefundRow], int, int]:
    """The rows of an order's ``refunds``, by position; what of them was put on its lines in
    proportion, and what was beyond all that it was sold for.
    """
    paid_at = head.paid_at or head.placed_at
    left = Left.of(amounts, _nothing(amounts))
    pieces = [each.line.quantity for each in amounts.sold]
    rows: list[RefundRow] = []
    spread = beyond = 0
    for refund in refunds:
        back = _as_told(left, amounts, refund)
        if back is None:
            back = refund_of(left, refund.money)
            spread += back.sales if back.sales < _sales(left) else 0
        beyond += back.beyond
        left = Left.of(left, back)
        named = _pieces(amounts, refund, back, pieces) if sum(left.paid) else pieces
        pieces = [there - gone for there, gone in zip(pieces, named, strict=True)]
        at = max(refund.at, paid_at)
        rows += _rows(refund, amounts, back, named, at)
    return sorted(rows, key=lambda row: row.position), spread, beyond


def _nothing(amounts: Amounts) -> Back:
    return Back((0,) * len(amounts.sold), 0, 0, (0,) * len(amounts.extras))


def _sales(left: Left) -> int:
    return sum(left.paid) + left.shipping + left.tax


def _as_told(left: Left, amounts: Amounts, refund: BookedRefund) -> Back | None:
    """What it gives back as it stands; None where that is not told, or is not there."""
    if not refund.told or max(refund.shipping - left.shipping, refund.tax - left.tax) > 0:
        return None
    goods = [0] * len(amounts.sold)
    for product, each in refund.goods.items():
        amount = each.amount
        for line in _lines_of(amounts, product):
            goods[line] = min(amount, left.paid[line])
            amount -= goods[line]
        if amount:
            return None
    fees = min(refund.fees, left.extras[0])
    extras = (fees, *(0 for _ in left.extras[1:]))
    return Back(tuple(goods), refund.shipping, refund.tax, extras, refund.fees - fees)


def _lines_of(amounts: Amounts, product: str) -> Iterable[int]:
    return (line for line, each in enumerate(amounts.sold) if product_of(each.line) == product)


def _pieces(
    amounts: Amounts, refund: BookedRefund, back: Back, there: Sequence[int]
) -> Sequence[int]:
    """How many pieces of each line came back, of those that are ``there``."""
    named = [0] * len(there)
    for product, each in refund.goods.items():
        pieces = each.pieces
        for line in _lines_of(amounts, product):
            if back.goods[line]:
                named[line] = min(pieces, there[line])
                pieces -= named[line]
    return named


def _rows(
    refund: BookedRefund, amounts: Amounts, back: Back, pieces: Sequence[int], at: datetime
) -> list[RefundRow]:
    same = (refund.id, refund.order_id)
    lines = [line for line, part in enumerate(back.goods) if part or pieces[line]] or [0]
    if len(lines) > _MOST_ROWS:
        parts = (sum(back.goods), back.shipping, back.tax)
        return [RefundRow(refund.position, *same, None, at, "return", 0, *parts)]
    rows = [
        RefundRow(
            *(refund.position + number, *same, str(amounts.sold[line].line.number), at, "return"),
            *(pieces[line], back.goods[line], 0, 0),
        )
        for number, line in enumerate(lines)
    ]
    return [rows[0]._replace(shipping=back.shipping, tax=back.tax), *rows[1:]]
