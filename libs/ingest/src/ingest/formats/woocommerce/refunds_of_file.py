"""What was paid back of the orders of a file, put together once all of it was read.

A refund that rows of its own tell stands before its order, or behind it, or without it. So orders
of which anything came back wait for the end of the file; the others are not kept.
"""

from collections.abc import Iterator
from dataclasses import replace
from heapq import merge
from operator import attrgetter
from typing import Final

from common.reports.document.gaps import GapKind
from ingest.formats.model import Reading
from ingest.formats.woocommerce.booked_refunds import BookedRefund, BookedRefunds, booked_rows
from ingest.formats.woocommerce.definition import FORMAT
from ingest.formats.woocommerce.net_amounts import Amounts
from ingest.formats.woocommerce.order import Order, all_back, untold
from ingest.formats.woocommerce.refunds import BEYOND, EARLY, SPREAD, gone_of, refund_rows
from ingest.row_spool import RowSpool
from ingest.rows import LINE_UNTOLD, REFUNDED, RefundRow

NO_LINES_BACK: Final = (
    "all was paid back, and the export has no quantities of it; taken back of what another import"
    " tells of the order, else left out"
)
IN_LINES_TOO: Final = "a row of a refund was left out, as the lines lack what was paid back"


class RefundsOfFile:
    """Those of one file; ``others`` says whether a file of refunds comes with it."""

    def __init__(self, reading: Reading, *, others: bool) -> None:
        self._notes, self._gaps, self._others = reading.notes, reading.gaps, others
        self._booked = BookedRefunds()
        self._of_cards: set[str] = set()
        self._orders: RowSpool[tuple[Order, Amounts]] = RowSpool()
        self._rows: RowSpool[RefundRow] = RowSpool()

    def book(self, refund: BookedRefund) -> None:
        """Note a refund that rows of its own tell."""
        self._booked.add(refund)

    def put(self, order: Order, amounts: Amounts) -> None:
        """Note an order, if anything was paid back of it."""
        if order.head.sums.refunded or untold(order):
            self._orders.put([(order, amounts)])

    def forget(self, order_id: str) -> None:
        """Leave out what came back of an order that is no sale here."""
        self._of_cards.add(order_id)

    def rows(self) -> Iterator[RefundRow]:
        """The rows of all, by position."""
        booked: list[RefundRow] = []
        for order, amounts in self._orders.rows():
            booked += self._order(order, amounts)
        for refund in self._booked.rest():
            if refund.order_id not in self._of_cards and refund.money > refund.fees:
                booked += refund.rows()
                at, kind = refund.at, GapKind.REFUNDS_LEFT_OUT
                self._gaps.add(kind, refund.order_id, at, refund.money - refund.fees)
        place = attrgetter("position")
        yield from merge(self._rows.rows(), sorted(booked, key=place), key=place)

    def close(self) -> None:
        """Give the space back."""
        self._orders.close()
        self._rows.close()

    def _order(self, order: Order, amounts: Amounts) -> list[RefundRow]:
        """Keep the rows of an order's sum; answers with those of its booked refunds."""
        head = order.head
        if not amounts.sold:
            if head.sums.refunded >= (head.sums.total or 0) > 0:
                self._whole(order)
            return []
        refunds = self._booked.take(head.id)
        if refunds and amounts.refund_in_lines:
            self._notes.add(IN_LINES_TOO, head.id)
            refunds = []
        known = sum(refund.money for refund in refunds)
        if known >= head.sums.refunded and refunds:
            order = replace(order, head=replace(head, refunded_at=refunds[-1].at))
        self._rows.put(refund_rows(order, amounts, self._notes, others=self._others, known=known))
        self._note_gaps(order, amounts, known)
        rows, spread_out, beyond = booked_rows(head, amounts, refunds)
        early = any(each.at < (head.paid_at or head.placed_at) for each in refunds)
        for remark, amount, applies in (
            (EARLY, known, early),
            (SPREAD, spread_out, bool(spread_out)),
            (BEYOND, beyond, bool(beyond)),
        ):
            if applies:
                self._notes.add(remark, head.id, amount)
        return rows

    def _whole(self, order: Order) -> None:
        """Have the ledger take all of an order back, whose lines the file does not tell."""
        head, refunded = order.head, order.head.sums.refunded
        since = head.paid_at or head.placed_at
        at = max(head.refunded_at or since, since)
        self._notes.add(NO_LINES_BACK, head.id, head.sums.total)
        position = head.position * FORMAT.rows_a_line
        row = RefundRow(
            *(position, REFUNDED, head.id, LINE_UNTOLD, at, "return"),
            *(0, refunded, 0, 0),
        )
        self._rows.put([row])
        self._gaps.add(GapKind.REFUNDS_LEFT_OUT, head.id, at, head.sums.total)
        if head.refunded_at is None:
            self._gaps.add(GapKind.ASSUMED_REFUND_DATES, head.id, since, refunded)

    def _note_gaps(self, order: Order, amounts: Amounts, known: int) -> None:
        """Keep what the export does not tell of an order's refunds with its days."""
        head = order.head
        since, back = head.paid_at or head.placed_at, head.sums.refunded
        if untold(order) and not known:
            self._gaps.add_untold(head.id, since, whole=all_back(order))
        if amounts.refund_in_lines:
            kind = GapKind.UNDATED_REFUNDS
            self._gaps.add(kind, head.id, since, back, until=head.refunded_at)
        elif back > gone_of(order, amounts) and head.refunded_at is None:
            taken = back - gone_of(order, amounts)
            self._gaps.add(GapKind.ASSUMED_REFUND_DATES, head.id, since, taken)
