"""The dashboard's export of payments: one row a payment, with what was paid back of it."""

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from common.http.wording import Wording
from common.reports.document.gaps import GapKind
from ingest.csv.table import Table
from ingest.csv.values import BadValueError
from ingest.formats.column_notes import Missing
from ingest.formats.model import Reading
from ingest.formats.money_back import dispute_in, no_dispute, plain
from ingest.formats.reconciliation import Reconciliation
from ingest.formats.stripe import columns
from ingest.formats.stripe.charges import Charge, Charges
from ingest.formats.stripe.columns import PaymentColumns
from ingest.formats.stripe.definition import FORMAT
from ingest.formats.stripe.movements import Movement
from ingest.formats.stripe.payment_money import Money, PaymentMoney
from ingest.formats.stripe.payment_state import BACK, DISPUTED, REFUNDED, State, paid, state_of
from ingest.formats.stripe.unknown_words import UnknownWords
from ingest.rows import OrderLineRow

_LOST: Final = "lost"
_WON: Final = "won"
_OPEN: Final = frozenset({"needs_response", "under_review"})
_NO_MONEY: Final = frozenset(
    {_WON, "charge_refunded", "prevented", "warning_needs_response", "warning_under_review",
     "warning_closed", ""}
)  # fmt: skip
OTHER_CURRENCY = "paid in another currency; the converted amounts in the shop's were taken"
UNDATED = "the export does not say when it was paid back; taken back when it was paid"
BACK_ELSEWHERE = (
    "paid back in another currency; what it came to in the shop's is not known and was left out (a"
    " refunds.csv can bring it)"
)
PART_LOST = (
    "a dispute was lost over a part, in another currency; what it took in the shop's is not known"
    " and was left out (a refunds.csv can bring it)"
)
LOST = (
    "a dispute over it was lost, and the export does not say over how much; what it took was left"
    " out (a refunds.csv can bring it)"
)
OPEN = "a dispute over it is not decided; nothing was taken back"
NOT_TOLD = (
    "there was a dispute over it, and the export does not say how it ended; nothing was taken back"
    " (a refunds.csv can bring it)"
)
UNTOLD = (
    "its Status says that it was paid back, and the export not how much; only what is known of it"
    " from elsewhere counts (a refunds.csv can bring it)"
)
UNCONVERTED = (
    "paid in another currency, and the export does not say what it came to in the shop's; it"
    " stays as another import told it, else it is left out (a later export that does brings it)"
)
NOTHING = "a payment of nothing; left out"
BELOW = "its amount is below nothing, which no payment is; left out with its amount"


class PaymentsExport:
    """Reads it."""

    def __init__(self, reading: Reading, charges: Charges, reconciliation: Reconciliation) -> None:
        self.record = columns.payment_record()
        self.names = (*self.record.names, *columns.PAYMENT_STATE)
        self._faults, self._notes, self._gaps = reading.faults, reading.notes, reading.gaps
        self._charges, self._reconciliation = charges, reconciliation
        self._money, self._words = PaymentMoney(reading.currency), UnknownWords(reading.notes)
        self._unconverted: tuple[int, str] | None = None
        self._sold = False

    @property
    def missing(self) -> Missing:
        """Columns that may be missing, and what cannot be known then; read it after the rows."""
        converted = columns.CONVERTED_MISSING if self._money.converted else {}
        return {**columns.PAYMENTS_MISSING, **converted}

    def rows(self, table: Table) -> Iterator[OrderLineRow]:
        """The payments that were paid."""
        for position, row_cells in table.read():
            cells = row_cells[: len(self.record.names)]
            state = state_of(row_cells[len(self.record.names) :])
            payment_id = cells[0].strip()
            if not paid(state, payment_id or f"line {position}", self._notes, self._words):
                continue
            try:
                row = PaymentColumns(*self.record.values(cells))
            except BadValueError:
                self.record.explain(table, position, cells)
                self._faults.suspect(table.name, payment_id)
                continue
            ended = _ended(row.dispute_status) or state.dispute
            line = self._line(table, position, row._replace(dispute_status=ended), state)
            if line is not None:
                self._sold = True
                yield line
        if self._unconverted is not None and not self._sold:
            self._money.refuse_unconverted(table, *self._unconverted)

    def _line(
        self, table: Table, position: int, row: PaymentColumns, state: State
    ) -> OrderLineRow | None:
        if self._money.is_unconverted(row) and row.created is not None:
            self._leave_out(position, row, row.created, state)
            return None
        money = self._money.of(table, position, row, lost=row.dispute_status == _LOST)
        if row.created is None:
            table.fault(position, Wording("is empty"), "Created (UTC)", "")
        if money is None or row.created is None:
            self._faults.suspect(table.name, row.id)
            return None
        if self._money.is_converted(row):
            self._notes.add(OTHER_CURRENCY, row.id)
        if money.amount <= 0:
            self._notes.add(BELOW if money.amount else NOTHING, row.id, money.amount or None)
            self._reconciliation.add(row.id, unexplained=money.amount)
            return None
        place = position * FORMAT.rows_a_line
        line = self._charges.row(
            Charge(
                *(place, row.id, row.created, money.amount, row.description),
                *(row.customer_id, row.email, None),
            )
        )
        if line is None:
            table.fault(position, f"{row.id!r} is in the file already: it would count twice", "id")
            self._faults.suspect(table.name, row.id)
            return None
        self._reconciliation.add(row.id, unexplained=0)
        self._back(place, row, row.created, money)
        self._remark(row, row.created, state, money)
        return line

    def _leave_out(
        self, position: int, row: PaymentColumns, paid_at: datetime, state: State
    ) -> None:
        """Leave a payment out that is not told in the shop's currency. Where the ledger has it, it
        is no gap; what it says of money that came back is one then.
        """
        paid, back, _ = self._money.in_theirs(row)
        if paid == 0:
            self._notes.add(NOTHING, row.id)
            return
        self._notes.add(UNCONVERTED, row.id)
        self._gaps.add(GapKind.SALES_LEFT_OUT, row.id, paid_at)
        if back or back is None or state.status in BACK:
            whole = state.status == REFUNDED or (back or 0) >= (paid or math.inf)
            self._gaps.add_untold(row.id, row.refunded_at or paid_at, whole=whole)
        self._unconverted = self._unconverted or (position, row.converted)

    def _back(self, place: int, row: PaymentColumns, paid_at: datetime, money: Money) -> None:
        """Take back what went back of a payment, each amount by what it was: at its time, or when
        it was paid, which is said. A dispute that was won takes nothing back, whatever an earlier
        export told of it; nor does a refund beside a dispute that took all there is.
        """
        undated, lost = 0, money.lost or 0
        for number, (what, amount, at, told) in enumerate(
            (
                ("refunded", money.refunded or 0, row.refunded_at, lost >= money.amount),
                ("disputed", lost, row.disputed_at, row.dispute_status == _WON),
            )
        ):
            undated += amount if at is None else 0
            if amount or told:
                name = f"{row.id} {what}"
                self._charges.back(Movement(place + number, name, row.id, at or paid_at, amount))
        if undated:
            self._notes.add(UNDATED, row.id, undated)
            self._gaps.add(GapKind.ASSUMED_REFUND_DATES, row.id, paid_at, undated)

    def _remark(self, row: PaymentColumns, paid_at: datetime, state: State, money: Money) -> None:
        """Say what is not known of what went back of a payment."""
        refunded_at, disputed_at = row.refunded_at or paid_at, row.disputed_at or paid_at
        if money.refunded is None:
            self._not_known(BACK_ELSEWHERE, row.id, refunded_at)
        elif state.status in BACK and not money.refunded and money.lost != money.amount:
            self._notes.add(UNTOLD, row.id)
            self._gaps.add_untold(row.id, paid_at, whole=state.status == REFUNDED)
        if money.lost is None:
            in_part = self._money.is_converted(row) and _told(row.disputed)
            self._not_known(PART_LOST if in_part else LOST, row.id, disputed_at)
        self._remark_on_dispute(row, state, disputed_at)

    def _remark_on_dispute(self, row: PaymentColumns, state: State, at: datetime) -> None:
        """Say of a dispute that was neither won nor lost where it stands, as far as is told."""
        word = row.dispute_status or ""
        if word in _OPEN:
            self._notes.add(OPEN, row.id)
        elif word and word not in _NO_MONEY | {_LOST}:
            self._words.tell("Dispute Status", word, "nothing was taken back", row.id)
            self._gaps.add(GapKind.REFUNDS_NOT_KNOWN, row.id, at)
        elif not word and (state.status == DISPUTED or _told(row.disputed)):
            self._not_known(NOT_TOLD, row.id, at)

    def _not_known(self, remark: str, payment_id: str, since: datetime) -> None:
        self._notes.add(remark, payment_id)
        self._gaps.add(GapKind.REFUNDS_NOT_KNOWN, payment_id, since)


def _ended(dispute: str | None) -> str:
    """What became of a dispute, in the platform's words; empty where there was none."""
    if no_dispute(dispute):
        return ""
    return dispute_in(dispute) or "_".join(plain(dispute).split())


def _told(amount: str) -> bool:
    """Whether a cell has an amount, of something."""
    return bool(amount.strip("-0."))
