"""The itemised report "balance change from activity": one row a balance transaction."""

from collections.abc import Iterator

from common.reports.document.gaps import GapKind
from common.reports.money import currency_exponent, decimal_text
from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.csv.records import Record
from ingest.csv.table import Table
from ingest.csv.values import BadValueError
from ingest.formats.model import Reading
from ingest.formats.reconciliation import Reconciliation
from ingest.formats.stripe.charges import Charge, Charges, Movement
from ingest.formats.stripe.columns import BalanceColumns, balance_record
from ingest.formats.stripe.definition import FORMAT
from ingest.rows import OrderLineRow

_BACK = frozenset(
    {"refund", "refund_failure", "dispute", "dispute_reversal", "charge_failure",
     "partial_capture_reversal"}
)  # fmt: skip
NOT_NET = "gross less fee is not net; gross was taken as the order's Total"
NOTHING = "a charge of nothing or less; it was left out with its amount"


class BalanceReport:
    """Reads it: charges are orders, what concerns a charge later goes back, the rest is told."""

    def __init__(self, reading: Reading, charges: Charges, reconciliation: Reconciliation) -> None:
        self.record: Record = balance_record(reading.currency, reading.timezone)
        self.names = self.record.names
        self._currency = reading.currency
        self._faults: Faults = reading.faults
        self._notes: Notes = reading.notes
        self._gaps = reading.gaps
        self._charges, self._reconciliation = charges, reconciliation
        self._others: dict[str, int] = {}

    def rows(self, table: Table) -> Iterator[OrderLineRow]:
        """The charges."""
        for position, cells in table.read():
            try:
                row = BalanceColumns(*self.record.values(cells))
            except BadValueError:
                self.record.explain(table, position, cells)
                self._faults.suspect(table.name, cells[0].strip())
                continue
            line = self._line(table, position, row)
            if line is not None:
                yield line
        exponent = currency_exponent(self._currency)
        for category, amount in self._others.items():
            text = f"{decimal_text(amount, exponent)} {self._currency}"
            self._notes.tell(f"{category}: no sale; left out ({text} in all)")

    def _line(self, table: Table, position: int, row: BalanceColumns) -> OrderLineRow | None:
        at = row.created_utc or row.created
        if at is None:
            reason = "is empty, and so is created: one of them is needed"
            table.fault(position, reason, "created_utc", "")
            self._faults.suspect(table.name, row.charge_id or row.source_id or row.id)
            return None
        place = position * FORMAT.rows_a_line
        if row.category in _BACK:
            charge_id = row.charge_id or row.id
            self._charges.back(Movement(place, row.id, charge_id, at, -row.gross))
            return None
        if row.category != "charge":
            self._others[row.category] = self._others.get(row.category, 0) + row.gross
            return None
        name = row.charge_id or row.source_id or row.id
        if row.gross <= 0:
            self._notes.add(NOTHING, name, row.gross)
            self._reconciliation.add(name, unexplained=row.gross)
            return None
        line = self._charges.row(
            Charge(
                *(place, name, at, row.gross, row.description),
                *(row.customer_id, row.email, row.country),
            )
        )
        if line is None:
            table.fault(position, f"charge {name!r} is in the file already: it would count twice")
            self._faults.suspect(table.name, name)
            return None
        odd = 0 if row.fee is None or row.net is None else row.gross - row.fee - row.net
        if odd:
            self._notes.add(NOT_NET, name, odd)
            self._gaps.add(GapKind.UNRECONCILED_ORDERS, name, at, odd)
        self._reconciliation.add(name, unexplained=odd)
        return line
