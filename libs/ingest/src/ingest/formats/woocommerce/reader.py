"""WooCommerce's orders: the exports of Advanced Order Export, and those with line_item columns."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from common import instants
from common.reports.document.gaps import GapKind
from ingest.csv.peek import header_names
from ingest.csv.table import Columns, Table
from ingest.formats.column_notes import keep_order_gaps, tell_columns
from ingest.formats.model import Read, Reading
from ingest.formats.reconciliation import Reconciliation
from ingest.formats.woocommerce import export_columns, item_columns, item_rows
from ingest.formats.woocommerce.booked_refunds import BookedRefund
from ingest.formats.woocommerce.column_labels import COLUMNS
from ingest.formats.woocommerce.definition import FORMAT, ITEM_ROWS, ITEMS
from ingest.formats.woocommerce.export_rows import ExportRows
from ingest.formats.woocommerce.order import Order, line_rows, remark, sold, sold_amounts
from ingest.formats.woocommerce.refunds_of_file import RefundsOfFile
from ingest.rows import OrderLineRow, RefundRow
from ingest.sources import FileKind

_LABELS = "columns are named in another language than English; they were read by what they mean"
_TIMES = "times have no offset; they were read on the shop's clocks"

_PAYMENTS = frozenset({"Paid Date", "paid_date"})


def open_reader(reading: Reading) -> "WooCommerceExport":
    """A reader of one export."""
    return WooCommerceExport(reading)


class WooCommerceExport:
    """Reads one export; read the orders to their end before ``refunds_of_orders``."""

    def __init__(self, reading: Reading, now: datetime | None = None) -> None:
        self.tables: list[Table] = []
        self.reconciliation = Reconciliation()
        self._reading = reading
        self._others = FileKind.REFUNDS in reading.given
        self._now = now or instants.now()
        self._refunds = RefundsOfFile(reading, others=self._others)

    @property
    def files(self) -> Mapping[FileKind, Read]:
        """The export holds orders; other files have the columns of the fallback."""
        return {FileKind.ORDERS: self.order_lines}

    def order_lines(self, name: str, blocks: Iterable[bytes]) -> Iterator[OrderLineRow]:
        """The lines of the export's orders."""
        names, blocks = header_names(blocks)
        layout: ExportRows | item_columns.ItemColumns
        found = FORMAT.layout_of(names)
        if found is ITEM_ROWS:
            layout = item_rows.ItemRows(self._reading)
            required, missing = item_rows.REQUIRED, item_columns.MISSING
            spellings, kinds = item_rows.SPELLINGS, item_columns.GAPS
        elif found is ITEMS:
            layout = item_columns.ItemColumns(self._reading, names)
            required, missing = item_columns.REQUIRED, item_columns.MISSING
            spellings, kinds = item_columns.SPELLINGS, item_columns.GAPS
        else:
            layout = ExportRows(self._reading)
            required, missing = export_columns.REQUIRED, export_columns.MISSING
            spellings, kinds = export_columns.spellings_of(names), export_columns.GAPS
        columns = Columns(
            *(layout.names, required),
            others_pass=True,
            spellings=spellings,
            kinds=self._reading.kinds,
        )
        table = Table(name, blocks, columns, self._reading.faults)
        self.tables.append(table)
        for each in layout.orders(table):
            if isinstance(each, BookedRefund):
                self._refunds.book(each)
            else:
                told = not table.present.isdisjoint(_PAYMENTS)
                yield from self._told(each, payments_told=told)
        for label in [each for each in table.respelt if each in COLUMNS]:
            del table.respelt[label]
            self._reading.notes.tell(_LABELS)
        tell_columns(table, missing, self._reading.notes)
        keep_order_gaps(table, kinds, self._reading.gaps, others=self._others)
        if table.rows:
            self._reading.notes.tell(_TIMES)

    def refunds_of_orders(self) -> Iterator[RefundRow]:
        """What was paid back."""
        return self._refunds.rows()

    def close(self) -> None:
        """Give the space of the refunds and of the gaps back."""
        self._refunds.close()
        self._reading.gaps.close()

    def _told(self, order: Order, *, payments_told: bool) -> Iterator[OrderLineRow]:
        """The rows of an order, its refunds kept for later, and what there is to say noted."""
        notes, head = self._reading.notes, order.head
        if not sold(order, notes, payments_told=payments_told):
            return
        amounts, only_cards = sold_amounts(
            order, gift_cards_are_sales=self._reading.gift_cards_are_sales
        )
        if not amounts.sold and order.lines and head.sums.refunded >= (head.sums.total or 0) > 0:
            self._refunds.put(order, amounts)
            self.reconciliation.add(head.id, unexplained=0)
            return
        bare = 0 if amounts.sold else amounts.shipping + amounts.tax
        unexplained = amounts.unexplained + bare
        remark(order, amounts, unexplained, notes, self._now, only_cards=only_cards)
        self.reconciliation.add(
            head.id,
            unexplained=unexplained,
            fees=amounts.fees,
            gift_cards=amounts.gift_cards,
        )
        if only_cards:
            self._refunds.forget(head.id)
            yield from line_rows(order, amounts, unpaid=True)
            return
        if unexplained:
            at = head.paid_at or head.placed_at
            self._reading.gaps.add(GapKind.UNRECONCILED_ORDERS, head.id, at, unexplained)
        self._refunds.put(order, amounts)
        yield from line_rows(order, amounts)
