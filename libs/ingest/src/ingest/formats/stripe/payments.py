"""The dashboard's export of payments: one row a payment, with what was paid back of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from common.reports.document.gaps import GapKind
from common.reports.money import UnsupportedCurrencyError, currency_exponent
from ingest.csv.table import Table
from ingest.csv.values import BadValueError, amounts
from ingest.formats.model import Reading
from ingest.formats.reconciliation import Reconciliation
from ingest.formats.stripe.charges import Charge, Charges
from ingest.formats.stripe.columns import PAYMENT_STATE, PaymentColumns, payment_record
from ingest.formats.stripe.definition import FORMAT
from ingest.formats.stripe.movements import Movement
from ingest.rows import OrderLineRow

_PAID = frozenset({"paid", "succeeded", "refunded", "partially refunded", "disputed", ""})
_UNPAID = frozenset(
    {"failed", "canceled", "cancelled", "incomplete", "uncaptured", "pending", "processing",
     "blocked", "expired", "requires payment method", "requires confirmation", "requires action",
     "requires capture", "early fraud warning blocked"}
)  # fmt: skip
_OPEN = frozenset({"needs_response", "under_review"})
TEST = "a payment of the test mode; left out"
AUTHORISED = "authorised and not captured; left out"
OTHER_STATUS = "its Status is not known; taken as paid"
OTHER_CURRENCY = "paid in another currency; the converted amounts in the shop's were taken"
UNDATED = "the export does not say when it was paid back; taken back when it was paid"
DISPUTED = (
    "a dispute was lost over a part, in another currency; what it took in the shop's is not known"
    " and was left out (a refunds.csv can bring it)"
)
OPEN = "a dispute over it is not decided; nothing was taken back"
NOTHING = "a payment of nothing; left out"


class PaymentsExport:
    """Reads it."""

    def __init__(self, reading: Reading, charges: Charges, reconciliation: Reconciliation) -> None:
        self.record = payment_record()
        self.names = (*self.record.names, *PAYMENT_STATE)
        self._currency = reading.currency
        self._amount = amounts(currency_exponent(reading.currency), empty=0, signed=True)
        self._faults, self._notes, self._gaps = reading.faults, reading.notes, reading.gaps
        self._charges, self._reconciliation = charges, reconciliation

    def rows(self, table: Table) -> Iterator[OrderLineRow]:
        """The payments that were paid."""
        for position, row_cells in table.read():
            cells, state = row_cells[: len(self.record.names)], row_cells[len(self.record.names) :]
            payment_id = cells[0].strip()
            if self._left_out(state, payment_id or f"line {position}"):
                continue
            try:
                row = PaymentColumns(*self.record.values(cells))
            except BadValueError:
                self.record.explain(table, position, cells)
                self._faults.suspect(table.name, payment_id)
                continue
            yield from self._lines(table, position, row)

    def _left_out(self, state: Sequence[str], name: str) -> bool:
        """Whether nothing was sold, by the cells of ``PAYMENT_STATE`` alone; says why.

        Nothing else is looked at: a payment that was begun and came to nothing has no id.
        """
        status, captured, mode = (" ".join(each.lower().split()) for each in state)
        status = status.replace("_", " ")
        if mode == "test":
            self._notes.add(TEST, name)
        elif status in _UNPAID:
            self._notes.add(f"its Status is {status}: not paid; left out", name)
        elif captured == "false":
            self._notes.add(AUTHORISED, name)
        else:
            if status not in _PAID:
                self._notes.add(OTHER_STATUS, name)
            return False
        return True

    def _lines(self, table: Table, position: int, row: PaymentColumns) -> Iterator[OrderLineRow]:
        found = self._money(table, position, row)
        if row.created is None:
            table.fault(position, "is empty", "Created (UTC)", "")
        if found is None or row.created is None:
            self._faults.suspect(table.name, row.id)
            return
        amount, refunded, disputed = found
        if amount <= 0:
            self._notes.add(NOTHING, row.id)
            self._reconciliation.add(row.id, unexplained=amount)
            return
        place = position * FORMAT.rows_a_line
        line = self._charges.row(
            Charge(
                *(place, row.id, row.created, amount, row.description),
                *(row.customer_id, row.email, None),
            )
        )
        if line is None:
            table.fault(position, f"{row.id!r} is in the file already: it would count twice", "id")
            self._faults.suspect(table.name, row.id)
            return
        self._reconciliation.add(row.id, unexplained=0)
        lost = disputed if _dispute(row) == "lost" else 0
        self._back(place, row, row.created, {"refunded": refunded, "disputed": lost})
        if _dispute(row) in _OPEN:
            self._notes.add(OPEN, row.id)
        yield line

    def _back(
        self, place: int, row: PaymentColumns, paid_at: datetime, went: Mapping[str, int]
    ) -> None:
        """Take back what went back of a payment, each amount by what it was: at its time, or when
        it was paid, which is said.
        """
        times = {"refunded": row.refunded_at, "disputed": row.disputed_at}
        undated = 0
        for number, (what, amount) in enumerate(went.items()):
            at = times[what]
            undated += amount if at is None else 0
            name = f"{row.id} {what}"
            if amount:
                self._charges.back(Movement(place + number, name, row.id, at or paid_at, amount))
        if undated:
            self._notes.add(UNDATED, row.id, undated)
            self._gaps.add(GapKind.ASSUMED_REFUND_DATES, row.id, paid_at, undated)

    def _money(
        self, table: Table, position: int, row: PaymentColumns
    ) -> tuple[int, int, int] | None:
        """Amount, refunded and disputed in the shop's currency; None, with the reason noted."""
        cells = {"Amount": row.amount, "Amount Refunded": row.refunded}
        if row.currency.upper() != self._currency:
            if row.converted_currency.upper() != self._currency:
                reason = f"is not the shop's currency, {self._currency}"
                table.fault(position, reason, "Currency", row.currency)
                return None
            self._notes.add(OTHER_CURRENCY, row.id)
            cells = {
                "Converted Amount": row.converted,
                "Converted Amount Refunded": row.converted_refunded,
            }
        else:
            cells["Disputed Amount"] = row.disputed
        found: list[int] = []
        for column, cell in cells.items():
            try:
                found.append(self._amount(cell))
            except BadValueError as error:
                table.fault(position, str(error), column, cell)
        if len(found) < len(cells):
            return None
        amount, refunded = found[0], abs(found[1])
        if "Disputed Amount" in cells:
            return amount, refunded, abs(found[-1])
        return amount, refunded, self._disputed(row, amount - refunded)

    def _disputed(self, row: PaymentColumns, left: int) -> int:
        """What a dispute took of a payment in another currency: all that was ``left`` of it, or
        what is not known, which is said.
        """
        if _dispute(row) != "lost":
            return 0
        try:
            read = amounts(currency_exponent(row.currency.upper()), empty=0, signed=True)
            paid, back, disputed = (
                abs(read(cell)) for cell in (row.amount, row.refunded, row.disputed)
            )
        except (BadValueError, UnsupportedCurrencyError):
            paid, back, disputed = 1, 0, 0
        if disputed >= paid - back:
            return left
        self._notes.add(DISPUTED, row.id)
        at = row.disputed_at or row.created
        if at is not None:
            self._gaps.add(GapKind.REFUNDS_NOT_KNOWN, row.id, at)
        return 0


def _dispute(row: PaymentColumns) -> str:
    """What became of a dispute over it, in the platform's words; empty where there was none."""
    return "_".join((row.dispute_status or "").lower().split())
