"""What comes back: cancellations within hours, returns after weeks, goodwill for late parcels.

An order's fate is drawn with the order and independent of when the demo is loaded; whoever loads
takes the refunds that were processed by then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from analytics.demo.orders import Line, Order
from analytics.demo.shops import Shop
from ingest.rows import RefundKind

LONGEST_DELAY_DAYS = 48
"""No refund is processed later than this after its order's day."""

_CANCELLED = 0.013
_GOODWILL = 0.006
_SENT_BACK_TWICE = 0.12
_WHOLE_LINE = 0.7
_SOONEST_DAYS, _RETURN_DAYS = 4, 28
_SECOND_DELAY_DAYS = 12


@dataclass(frozen=True, slots=True)
class Refund:
    """One row of a refund; ``line_no`` counts the order's lines from 1, None for no line."""

    refund_id: str
    line_no: int | None
    processed_at: datetime
    kind: RefundKind
    quantity: int
    amount: int
    shipping: int
    tax: int


def refunds_of(shop: Shop, day: date, order: Order, random: Random) -> list[Refund]:
    """All that will ever come back of ``order``, paid on ``day``; empty if it never was."""
    if order.paid_at is None:
        return []
    draw = random.random()
    if draw < _CANCELLED:
        return _cancelled(order, order.paid_at, random)
    if draw < _CANCELLED + _GOODWILL and order.shipping:
        at = _office_hour(shop, day + timedelta(days=3 + int(random.random() * 6)), random)
        tax = order.shipping * order.customer.home.tax_rate // 10_000
        return [Refund(f"{order.order_id}-G", None, at, "return", 0, 0, order.shipping, tax)]
    return list(_returned(shop, day, order, random))


def _cancelled(order: Order, paid_at: datetime, random: Random) -> list[Refund]:
    """Everything taken back before it was sent, shipping and tax with the first line."""
    at = paid_at + timedelta(seconds=600 + int(random.random() * 70_000))
    return [
        Refund(
            f"{order.order_id}-C",
            number,
            at,
            "cancel",
            line.quantity,
            line.net,
            order.shipping if number == 1 else 0,
            order.tax if number == 1 else 0,
        )
        for number, line in enumerate(order.lines, 1)
    ]


def _returned(shop: Shop, day: date, order: Order, random: Random) -> Iterator[Refund]:
    """Lines that come back by their category's habit; a second parcel is a refund of its own."""
    back = day + timedelta(days=_SOONEST_DAYS + int(random.random() ** 1.6 * _RETURN_DAYS))
    first = _office_hour(shop, back, random)
    second = _office_hour(
        shop, back + timedelta(days=1 + int(random.random() * _SECOND_DELAY_DAYS)), random
    )
    for number, line in enumerate(order.lines, 1):
        if random.random() >= line.product.category.returned:
            continue
        late = random.random() < _SENT_BACK_TWICE
        yield _of_line(order, line, number, second if late else first, 2 if late else 1, random)


def _of_line(
    order: Order, line: Line, number: int, at: datetime, parcel: int, random: Random
) -> Refund:
    quantity = line.quantity
    if quantity > 1 and random.random() >= _WHOLE_LINE:
        quantity = 1 + int(random.random() * (quantity - 1))
    amount = line.net * quantity // line.quantity
    tax = amount * order.customer.home.tax_rate // 10_000
    return Refund(f"{order.order_id}-R{parcel}", number, at, "return", quantity, amount, 0, tax)


def _office_hour(shop: Shop, day: date, random: Random) -> datetime:
    """A moment of ``day`` between nine and five in the shop's zone."""
    moment = time(9 + int(random.random() * 8), int(random.random() * 60))
    return datetime.combine(day, moment, shop.zone).astimezone(UTC)
