"""Charges as orders of one line, and what went back of them as refunds.

A report of payments knows what was paid and no more: what was sold, its tax, its shipping and its
discounts are not in it. Refunds, lost disputes and failed charges go back; a refund that failed and
a dispute that was won are taken off what went back before.
"""

from collections.abc import Iterable, Iterator, KeysView, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from common import instants
from common.reports.document.gaps import GapKind
from ingest.csv.notes import FUTURE, Notes
from ingest.csv.values import short_identity
from ingest.formats.customers import pseudonym
from ingest.formats.stripe.movements import Movement, in_turn, netted, of_what_went_back
from ingest.gaps import Gaps
from ingest.rows import OF_PAYMENT, OrderLineRow, RefundRow

PAYMENT = "Payment"
AGAIN_ELSEWHERE = (
    "money came again for a charge that is not in this file; left out (a report with all of the"
    " charge's rows sets it right)"
)
AGAIN_BEYOND = "more came again than had gone back; what is beyond was left out"
AGAIN_ALONE = (
    "money came again that had not gone back, as far as this file tells; left out beside the charge"
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

    ``position`` is the line times the format's ``rows_a_line``, and the number in it.
    """

    position: int
    id: str
    at: datetime
    amount: int
    description: str | None
    customer_id: str | None
    email: str | None
    country: str | None


@dataclass(slots=True)
class _Known:
    at: datetime
    amount: int


class Charges:
    """The charges of one file; ``back`` is told in any order and paid out at the end."""

    def __init__(self, notes: Notes, gaps: Gaps | None = None, now: datetime | None = None) -> None:
        self._notes, self._gaps = notes, gaps or Gaps()
        self._now = now or instants.now()
        self._known: dict[str, _Known] = {}
        self._moved: dict[str, dict[str, Movement]] = {}

    @property
    def ids(self) -> KeysView[str]:
        """The charges that were sold, as the file has them."""
        return self._known.keys()

    def row(self, charge: Charge) -> OrderLineRow | None:
        """The order line of a charge; None where the file has the charge already."""
        if charge.id in self._known:
            return None
        self._known[charge.id] = _Known(charge.at, charge.amount)
        if charge.at > self._now:
            self._notes.add(FUTURE, charge.id)
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

    def back(self, movement: Movement) -> bool:
        """Remember what went back, or came again; False where the file has it already."""
        moved = self._moved.setdefault(movement.charge_id, {})
        return moved.setdefault(movement.id, movement) is movement

    def refunds(self) -> Iterator[RefundRow]:
        """What went back in the end, by position: charges' rows stand among each other's."""
        rows: list[RefundRow] = []
        for charge_id, told in self._moved.items():
            moved = in_turn(told.values())
            known = self._known.get(charge_id)
            back, over = netted(moved, all_told=known is not None)
            if known is None:
                rows += self._elsewhere(back)
                self._came_again(AGAIN_ELSEWHERE, moved, over)
                continue
            rows += self._paid_back(known, back)
            remark = AGAIN_BEYOND if of_what_went_back(moved) else AGAIN_ALONE
            self._came_again(remark, moved, over, known.at)
        return iter(sorted(rows, key=lambda row: row.position))

    def _elsewhere(self, back: Sequence[Movement]) -> Iterator[RefundRow]:
        """What went back of a charge that is not in the file: rows for the ledger where it has the
        charge, else a gap. What came again whole takes back what an earlier report told.
        """
        left = [each for each in back if each.amount]
        if left:
            first, last, amount = left[0], left[-1], sum(each.amount for each in left)
            kind = GapKind.REFUNDS_LEFT_OUT
            self._gaps.add(kind, first.charge_id, first.at, amount, until=last.at)
        for each in back:
            if each.at > self._now:
                self._notes.add(f"its refund {FUTURE}", each.charge_id)
            yield RefundRow(
                *(each.position, each.id, each.charge_id, OF_PAYMENT, each.at, "return"),
                *(0, each.amount, 0, 0),
            )

    def _came_again(
        self, remark: str, moved: list[Movement], amount: int, since: datetime | None = None
    ) -> None:
        """Say what came again and is taken off nothing here: what had gone back is told by another
        report, if at all, so that returns may be too high and no sum is open.

        They may be since the charge, if that is known. Where all that went back came again and more
        did, as rates of currencies move, nothing is open.
        """
        again = [each for each in moved if each.amount < 0]
        if not amount:
            return
        self._notes.add(remark, again[0].charge_id, amount)
        if remark is not AGAIN_BEYOND:
            kind = GapKind.REFUNDS_NOT_KNOWN
            self._gaps.add(kind, again[0].charge_id, since or again[0].at, until=again[-1].at)

    def _paid_back(self, charge: _Known, moved: Iterable[Movement]) -> Iterator[RefundRow]:
        """A row for each that went back. One that came again whole is a row all the same: what an
        earlier report told of it is none any more.
        """
        left = charge.amount
        for each in moved:
            amount, at = min(each.amount, left), max(each.at, charge.at)
            if amount < each.amount:
                self._notes.add(BEYOND, each.charge_id, each.amount - amount)
            if amount and each.at < charge.at:
                self._notes.add(EARLY, each.charge_id)
            if amount and at > self._now:
                self._notes.add(f"its refund {FUTURE}", each.charge_id)
            left -= amount
            pieces = 1 if amount and not left else 0
            yield RefundRow(
                *(each.position, each.id, each.charge_id, "1", at, "return"),
                *(pieces, amount, 0, 0),
            )
