"""What is left of a Shopify order's charge while its refunds go in turn, and what each gives back.

Nothing here grows with lines times refunds: a refund knows the lines alone that it gives back of.
"""

from dataclasses import dataclass, field
from typing import Self

from ingest.formats import refund_parts
from ingest.formats.allocate import spread
from ingest.formats.shopify.order import Order


@dataclass(slots=True)
class Back:
    """What a refund gives back, by line and besides; ``extras`` are no sales, by what they are."""

    extras: list[int]
    goods: dict[int, int] = field(default_factory=dict)
    pieces: dict[int, int] = field(default_factory=dict)
    shipping: int = 0
    tax: int = 0

    @property
    def sales(self) -> int:
        """What of it had been sold."""
        return sum(self.goods.values()) + self.shipping + self.tax

    @property
    def whole(self) -> int:
        """All of it."""
        return self.sales + sum(self.extras)

    def add(self, line: int, part: int, pieces: int = 0) -> None:
        """Give back ``part`` and ``pieces`` of a line more."""
        if part:
            self.goods[line] = self.goods.get(line, 0) + part
        if pieces:
            self.pieces[line] = self.pieces.get(line, 0) + pieces

    def keep(self, kept: int) -> None:
        """Give ``kept`` less of it back: off the goods first, then shipping and tax."""
        money = self.whole - kept
        lines = sorted(self.goods)
        off_goods = min(kept, sum(self.goods.values()))
        for line, part in zip(
            lines, spread(off_goods, [self.goods[each] for each in lines]), strict=True
        ):
            self.goods[line] -= part
        for name in ("shipping", "tax"):
            part = min(self.whole - money, getattr(self, name))
            setattr(self, name, getattr(self, name) - part)


@dataclass(slots=True)
class Left:
    """What is left of an order's charge after the refunds so far, in minor units.

    ``spreads`` is how many refunds may still be put on all lines in proportion; those after them
    take of one line after the other, from ``line`` on. ``owed`` is the worth of what refunds took
    out and moved no money for, ``rounded_back`` what cash may be rounded by that is paid back.
    """

    paid: list[int]
    pieces: list[int]
    shipping: int
    tax: int
    tax_on_shipping: int
    extras: tuple[int, ...]
    spreads: int
    line: int = 0
    goods: int = 0
    owed: int = 0
    rounded_back: int = 0

    @classmethod
    def of(cls, order: Order, rounded_back: int) -> Self:
        """All of an order."""
        charged, pieces = order.amounts, [line.quantity for line in order.lines]
        besides = (charged.shipping, charged.tax, charged.tax_on_shipping, charged.extras)
        spreads = max(refund_parts.MOST_SHARES // max(len(pieces), 1), 1)
        paid = list(charged.paid)
        left = cls(paid, pieces, *besides, spreads, goods=sum(paid))
        left.rounded_back = rounded_back
        return left

    def pay(self, beyond: int) -> int:
        """What of the money that goes ``beyond`` a refund's parts gives nothing of them back: it
        pays for what is owed, or rounds cash; below nothing where less was moved by rounding."""
        if abs(beyond) <= self.rounded_back:
            self.rounded_back -= abs(beyond)
            return beyond
        paid = max(min(beyond, self.owed), 0)
        self.owed -= paid
        return paid

    def give(self, back: Back, money: int) -> refund_parts.Back:
        """Let ``back`` give ``money`` more: of what it leaves, as a sum paid back is spread.

        Answers what of it is no sale, and what is beyond the charge.
        """
        in_proportion = self.spreads > 0
        self.spreads -= 1
        paid = [self.goods - sum(back.goods.values())]
        if in_proportion:
            paid = [each - back.goods.get(line, 0) for line, each in enumerate(self.paid)]
        rest = refund_parts.Left(
            *(paid, self.shipping - back.shipping, self.tax - back.tax),
            min(self.tax_on_shipping, self.tax - back.tax),
            tuple(each - part for each, part in zip(self.extras, back.extras, strict=True)),
        )
        more = refund_parts.refund_of(rest, money)
        back.shipping += more.shipping
        back.tax += more.tax
        if in_proportion:
            for line, part in enumerate(more.goods):
                back.add(line, part)
        else:
            self._in_line(back, sum(more.goods))
        return more

    def _in_line(self, back: Back, goods: int) -> None:
        line = self.line
        while goods:
            part = min(goods, self.paid[line] - back.goods.get(line, 0))
            back.add(line, part)
            goods -= part
            line += 1

    def take(self, back: Back) -> None:
        """Have less left by ``back``."""
        for line, part in back.goods.items():
            self.paid[line] -= part
        for line, pieces in back.pieces.items():
            self.pieces[line] -= pieces
        while self.line < len(self.paid) and not self.paid[self.line]:
            self.line += 1
        self.goods -= sum(back.goods.values())
        self.shipping -= back.shipping
        self.tax -= back.tax
        self.tax_on_shipping = min(self.tax_on_shipping, self.tax)
        pairs = zip(self.extras, back.extras, strict=True)
        self.extras = tuple(each - part for each, part in pairs)
