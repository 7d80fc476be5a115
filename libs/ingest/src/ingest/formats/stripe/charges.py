"""Charges as orders of one line, and what went back of them as refunds.

A report of payments knows what was paid and no more: what was sold, its tax, its shipping and its
discounts are not in it. Refunds, lost disputes and failed charges go back; a refund that failed and
a dispute that was won are taken off what went back before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from common.reports.document.gaps import GapKind
from ingest.csv.notes import Notes
from ingest.csv.values import short_identity
from ingest.formats.customers import pseudonym
from ingest.gaps import Gaps
from ingest.rows import OrderLineRow, RefundRow

PAYMENT = "Payment"
UNKNOWN_CHARGE = (
    "paid back of a charge that is not in this file; left out (a refunds.csv can bring it)"
)
BEYOND = "more went back than was charged; what is beyond was left out"
EARLY = "went back before it was charged; taken back when it was charged"
KNOWS = (
    "a report of payments knows no products, quantities, tax, shipping or discounts: each payment"
    " is an order of one piece, called by its description, and its amount may include tax and"
    " shipping"
)


class Charge(NamedTuple):
    """A payment that came in; ``amount`` is in minor units.

    ``position`` is the line times the format's ``rows_a_line``, and the number in it; so below.
    """

    position: int
    id: str
    at: datetime
    amount: int
    description: str | None
    customer_id: str | None
    email: str | None
    country: str | None


class Movement(NamedTuple):
    """What went back of a charge after it (``amount`` above 0), or came again (below 0)."""

    position: int
    id: str
    charge_id: str
    at: datetime
    amount: int


@dataclass(slots=True)
class _Known:
    at: datetime
    amount: int


class Charges:
    """The charges of one file; ``back`` is told in any order and paid out at the end."""

    def __init__(self, notes: Notes, gaps: Gaps | None = None) -> None:
        self._notes, self._gaps = notes, gaps or Gaps()
        self._known: dict[str, _Known] = {}
        self._moved: dict[str, list[Movement]] = {}

    def row(self, charge: Charge) -> OrderLineRow | None:
        """The order line of a charge; None where the file has the charge already."""
        if charge.id in self._known:
            return None
        self._known[charge.id] = _Known(charge.at, charge.amount)
        name = charge.description or PAYMENT
        return OrderLineRow(
            position=charge.position,
            order_id=charge.id,
            placed_at=charge.at,
            paid_at=charge.at,
            channel=None,
            customer_id=charge.customer_id or pseudonym(charge.email),
            country=charge.country,
            region=None,
            coupon_code=None,
            order_discount=0,
            shipping=0,
            tax=0,
            line_id="1",
            product_id=short_identity(name),
            product_title=name,
            category=None,
            quantity=1,
            unit_price=charge.amount,
            line_discount=0,
        )

    def back(self, movement: Movement) -> None:
        """Remember what went back, or came again."""
        self._moved.setdefault(movement.charge_id, []).append(movement)

    def refunds(self) -> Iterator[RefundRow]:
        """What went back in the end, by position: charges' rows stand among each other's."""
        rows: list[RefundRow] = []
        for charge_id, moved in self._moved.items():
            moved.sort(key=lambda each: (each.at, each.amount < 0))
            known = self._known.get(charge_id)
            if known is None:
                self._left_out(charge_id, moved)
                continue
            rows += self._paid_back(known, _netted(moved))
        return iter(sorted(rows, key=lambda row: row.position))

    def _left_out(self, charge_id: str, moved: list[Movement]) -> None:
        amount = sum(each.amount for each in moved)
        self._notes.add(UNKNOWN_CHARGE, charge_id, amount)
        if amount > 0:
            first, last = moved[0].at, moved[-1].at
            self._gaps.add(GapKind.REFUNDS_LEFT_OUT, charge_id, first, amount, until=last)

    def _paid_back(self, charge: _Known, moved: list[Movement]) -> Iterator[RefundRow]:
        left = charge.amount
        for each in moved:
            amount, at = min(each.amount, left), each.at
            if amount < each.amount:
                self._notes.add(BEYOND, each.charge_id, each.amount - amount)
            if at < charge.at:
                self._notes.add(EARLY, each.charge_id)
                at = charge.at
            left -= amount
            if amount:
                yield RefundRow(
                    *(each.position, each.id, each.charge_id, "1", at, "return"),
                    *(0 if left else 1, amount, 0, 0),
                )


def _netted(moved: list[Movement]) -> list[Movement]:
    """What went back less what came again, taken off the latest first."""
    back: list[Movement] = []
    for each in moved:
        again = -each.amount
        if again <= 0:
            back.append(each)
            continue
        while again and back:
            last = back.pop()
            if last.amount > again:
                back.append(last._replace(amount=last.amount - again))
            again -= min(last.amount, again)
    return [each for each in back if each.amount]
