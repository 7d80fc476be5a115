"""The cancelling of a Shopify order, beside the refunds that its JSON states one by one.

Money goes by refunds alone, each of its own day: the platform makes one for what it pays back on
cancelling, and none where the shop keeps the money. Without money a cancelling takes nothing back,
as in the export. With any, all pieces come back: those that no refund names with the cancelling.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ingest.formats.shopify.order import Order
from ingest.formats.shopify.refund_turns import Left
from ingest.rows import CANCELLED, RefundKind, RefundRow

AT_ONCE: Final = timedelta(minutes=5)
"""How far the refund that is made on cancelling may be from it: one is made after the other."""


@dataclass(slots=True)
class Cancelling:
    """When an order was cancelled, None where it stands, and when its pieces come back by that:
    None where nothing was paid back, or where they are back.
    """

    at: datetime | None
    pieces_at: datetime | None

    def made(self, at: datetime) -> bool:
        """Whether a refund of ``at`` is the cancelling's, or came after it."""
        return self.at is not None and at >= self.at - AT_ONCE

    def is_over(self, at: datetime) -> bool:
        """Whether a refund of ``at`` comes after the pieces."""
        return self.pieces_at is not None and at > self.pieces_at + AT_ONCE

    def kind(self, at: datetime) -> RefundKind:
        """What a refund of ``at`` that moved money is."""
        return "cancel" if self.made(at) else "return"

    def take_pieces(self, order: Order, left: Left) -> list[RefundRow]:
        """The pieces that are left, where they come back: once."""
        at, self.pieces_at = self.pieces_at, None
        if at is None or order.paid_at is None:
            return []
        when, name, order_id = max(at, order.paid_at), order.head.name, order.platform_id
        there = zip(left.pieces, order.lines, strict=True)
        rows = [
            RefundRow(
                *(0, CANCELLED, name, str(line.number), when, "cancel"),
                *(pieces, 0, 0, 0, order_id),
            )
            for pieces, line in there
            if pieces
        ]
        left.pieces = [0] * len(left.pieces)
        return rows


def cancelling_of(at: datetime | None, moved: Iterable[tuple[datetime, int | None]]) -> Cancelling:
    """The cancelling at ``at`` of an order whose refunds ``moved`` money, by their times."""
    first = min((each for each, money in moved if money), default=None)
    return Cancelling(at, None if at is None or first is None else max(at, first))
