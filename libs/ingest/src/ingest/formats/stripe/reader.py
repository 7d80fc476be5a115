"""Stripe's reports: each payment an order of one line, what was paid back a refund."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from common.reports.document.gaps import GapKind
from ingest.csv.peek import header_names
from ingest.csv.table import Columns, Table
from ingest.formats.column_notes import keep_order_gaps, tell_columns
from ingest.formats.model import Read, Reading
from ingest.formats.reconciliation import Reconciliation
from ingest.formats.stripe import columns
from ingest.formats.stripe.balance import BalanceReport
from ingest.formats.stripe.charges import KNOWS, Charges
from ingest.formats.stripe.definition import FORMAT, PAYMENTS
from ingest.formats.stripe.payments import PaymentsExport
from ingest.rows import OrderLineRow, RefundRow
from ingest.sources import FileKind


def open_reader(reading: Reading) -> "StripeReports":
    """A reader of one report."""
    return StripeReports(reading)


class StripeReports:
    """Reads one report; read the orders to their end before ``refunds_of_orders``."""

    def __init__(self, reading: Reading, now: datetime | None = None) -> None:
        self.tables: list[Table] = []
        self.reconciliation = Reconciliation()
        self._reading = reading
        self._charges = Charges(reading.notes, reading.gaps, now)

    @property
    def files(self) -> Mapping[FileKind, Read]:
        """A report holds payments; other files have the columns of the fallback."""
        return {FileKind.ORDERS: self.order_lines}

    def order_lines(self, name: str, blocks: Iterable[bytes]) -> Iterator[OrderLineRow]:
        """The payments, as orders of one line."""
        names, blocks = header_names(blocks)
        layout: BalanceReport | PaymentsExport
        spellings: Mapping[str, str] = {}
        if FORMAT.layout_of(names) is PAYMENTS:
            layout = PaymentsExport(self._reading, self._charges, self.reconciliation)
            required = columns.PAYMENTS_REQUIRED
            spellings = columns.PAYMENTS_SPELLINGS
        else:
            layout = BalanceReport(self._reading, self._charges, self.reconciliation)
            required = columns.BALANCE_REQUIRED
        known = Columns(
            *(layout.names, required),
            others_pass=True,
            spellings=spellings,
            kinds=self._reading.kinds,
        )
        table = Table(name, blocks, known, self._reading.faults)
        self.tables.append(table)
        yield from layout.rows(table)
        tell_columns(table, layout.missing, self._reading.notes)
        if table.rows:
            self._reading.notes.tell(KNOWS)
            self._reading.gaps.of_all.add(GapKind.PAYMENTS_ONLY)
        others = FileKind.REFUNDS in self._reading.given
        keep_order_gaps(table, columns.GAPS[required], self._reading.gaps, others=others)

    def refunds_of_orders(self) -> Iterator[RefundRow]:
        """What was paid back."""
        return self._charges.refunds()

    def close(self) -> None:
        """Give the space of the gaps back."""
        self._reading.gaps.close()
