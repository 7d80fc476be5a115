"""The itemised report "balance change from activity": one row a balance transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from common.reports.document.gaps import GapKind
from common.reports.money import currency_exponent, decimal_text
from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.csv.records import Record
from ingest.csv.table import Table
from ingest.csv.values import BadValueError
from ingest.formats.column_notes import Missing
from ingest.formats.model import Reading
from ingest.formats.reconciliation import Reconciliation
from ingest.formats.stripe.charges import Charge, Charges
from ingest.formats.stripe.columns import BALANCE_MISSING, BalanceColumns, balance_record
from ingest.formats.stripe.definition import FORMAT
from ingest.formats.stripe.movements import Movement
from ingest.rows import OrderLineRow

_BACK = frozenset(
    {"refund", "refund_failure", "dispute", "dispute_reversal", "charge_failure",
     "partial_capture_reversal"}
)  # fmt: skip
NOT_NET = "gross less fee is not net; gross was taken as the order's Total"
NOT_NET_BACK = "gross less fee is not net in what went back or came again; gross was taken"
NOTHING = "a charge of nothing or less; it was left out with its amount"


@dataclass(slots=True)
class _Differs:
    """What rows of a charge do not add up by, the first of them at ``at``."""

    at: datetime
    amount: int = 0
    most: int = 0

    def add(self, odd: int) -> None:
        """Note a row's difference."""
        self.amount += odd
        self.most = max(self.most, odd, key=abs)

    @property
    def unexplained(self) -> int:
        """What they differ by together, or by the row that differs most where that is nothing."""
        return self.amount or self.most


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
        self._differ: dict[str, _Differs] = {}

    @property
    def missing(self) -> Missing:
        """Columns that may be missing, and what cannot be known then."""
        return BALANCE_MISSING

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
        self._reconcile()
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
        if row.category in _BACK:
            self._movement(table, position, row, at)
            return None
        if row.category != "charge":
            self._others[row.category] = self._others.get(row.category, 0) + row.gross
            return None
        return self._charge(table, position, row, at)

    def _charge(
        self, table: Table, position: int, row: BalanceColumns, at: datetime
    ) -> OrderLineRow | None:
        """The order line of a charge."""
        name = row.charge_id or row.source_id or row.id
        if row.gross <= 0:
            self._notes.add(NOTHING, name, row.gross)
            self._reconciliation.add(name, unexplained=row.gross)
            return None
        line = self._charges.row(
            Charge(
                *(position * FORMAT.rows_a_line, name, at, row.gross, row.description),
                *(row.customer_id, row.email, row.country),
            )
        )
        if line is None:
            table.fault(position, f"charge {name!r} is in the file already: it would count twice")
            self._faults.suspect(table.name, name)
            return None
        self._compare(NOT_NET, name, at, row)
        return line

    def _movement(self, table: Table, position: int, row: BalanceColumns, at: datetime) -> None:
        """Remember what went back of a charge, or came again."""
        charge_id = row.charge_id or row.id
        moved = Movement(
            *(position * FORMAT.rows_a_line, row.id, charge_id, at, -row.gross),
            *(row.category, row.source_id),
        )
        if row.gross and not self._charges.back(moved):
            table.fault(position, f"{row.id!r} is in the file already: it would count twice")
            self._faults.suspect(table.name, charge_id)
            return
        self._compare(NOT_NET_BACK, charge_id, at, row)

    def _compare(self, remark: str, charge_id: str, at: datetime, row: BalanceColumns) -> None:
        """Note where gross less fee is not net, with the charge that the row concerns."""
        odd = 0 if row.fee is None or row.net is None else row.gross - row.fee - row.net
        if odd:
            self._notes.add(remark, charge_id, odd)
            self._differ.setdefault(charge_id, _Differs(at)).add(odd)

    def _reconcile(self) -> None:
        """Tell of each charge whether its rows add up: once, whatever it has of them."""
        elsewhere = (each for each in self._differ if each not in self._charges.ids)
        for charge_id in chain(self._charges.ids, elsewhere):
            differs = self._differ.get(charge_id)
            self._reconciliation.add(charge_id, unexplained=differs.unexplained if differs else 0)
        for charge_id, differs in self._differ.items():
            kind = GapKind.UNRECONCILED_ORDERS
            self._gaps.add(kind, charge_id, differs.at, differs.unexplained)
