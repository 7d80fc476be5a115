"""A Shopify orders export, as the shop's admin downloads it: one row a line, the order's columns on
the order's first line only.

What the export has is mapped, and every order's sums are reconciled; what it lacks is said. It has
no date of a refund and no refunded lines, only one ``Refunded Amount``: of a cancelled order it is
taken as returned when the order was cancelled, of any other order it is left out and counted, and a
refunds.csv can bring it. Customers are known by a hash of their e-mail address.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from common import instants
from ingest.csv.damaged_ids import DamagedIds, rounded
from ingest.csv.faults import Faults
from ingest.csv.headers import Kinds
from ingest.csv.notes import CUT, Notes
from ingest.csv.table import Cells, Columns, Table
from ingest.csv.values import LONGEST_TEXT, BadValueError, short_identity
from ingest.formats.column_notes import keep_order_gaps, tell_columns
from ingest.formats.model import Read, Reading
from ingest.formats.reconciliation import Reconciliation
from ingest.formats.shopify.columns import (
    GAPS,
    MISSING,
    REQUIRED,
    SPELLINGS,
    LineColumns,
    OrderColumns,
    of_test,
    records_of,
)
from ingest.formats.shopify.net_amounts import NO_TOTAL
from ingest.formats.shopify.order import Order, line_rows, order_of, refund_rows
from ingest.formats.shopify.order_notes import note_gaps, note_untold, remark
from ingest.formats.shopify.order_rows import OrderRows, orders_of, repeated
from ingest.gaps import Gaps
from ingest.row_spool import RowSpool
from ingest.rows import OrderLineRow, RefundRow
from ingest.sources import FileKind

_PAYMENT_METHOD = OrderColumns._fields.index("payment_method")
_ROUNDED_IDS = (
    "Id holds ids that a spreadsheet rounded: they were passed over, and two orders of one name"
    " cannot be told apart"
)


def open_reader(reading: Reading) -> "ShopifyExport":
    """A reader of one export."""
    return ShopifyExport(
        reading.currency,
        reading.faults,
        reading.notes,
        other_refunds=FileKind.REFUNDS in reading.given,
        kinds=reading.kinds,
        gaps=reading.gaps,
        gift_cards_are_sales=reading.gift_cards_are_sales,
    )


class ShopifyExport:
    """Reads the export of a shop that sells in ``currency``.

    Read the orders to their end before ``refunds_of_orders``: they come from the same rows.
    """

    def __init__(
        self,
        currency: str,
        faults: Faults,
        notes: Notes,
        *,
        other_refunds: bool = False,
        now: datetime | None = None,
        kinds: Kinds | None = None,
        gaps: Gaps | None = None,
        gift_cards_are_sales: bool = True,
    ) -> None:
        self.tables: list[Table] = []
        self.reconciliation = Reconciliation()
        self._kinds: Kinds = kinds or {}
        self._faults = faults
        self._notes = notes
        self._other_refunds = other_refunds
        self._gaps = gaps or Gaps()
        self._cards_are_sales = gift_cards_are_sales
        self._now = now or instants.now()
        self._refunds: RowSpool[RefundRow] = RowSpool()
        self._order, self._line = records_of(currency)
        self._skus = DamagedIds("Lineitem sku", notes)

    @property
    def files(self) -> Mapping[FileKind, Read]:
        """The export holds orders; other files have the columns of the fallback."""
        return {FileKind.ORDERS: self.order_lines}

    def order_lines(self, name: str, blocks: Iterable[bytes]) -> Iterator[OrderLineRow]:
        """The lines of the export's orders."""
        known = (*self._order.names, *self._line.names)
        columns = Columns(known, REQUIRED, others_pass=True, spellings=SPELLINGS, kinds=self._kinds)
        table = Table(name, blocks, columns, self._faults)
        self.tables.append(table)
        for together in orders_of(table, len(self._order.names), self._faults):
            yield from self._orders(table, together)
        tell_columns(table, MISSING, self._notes)
        keep_order_gaps(table, GAPS, self._gaps, others=self._other_refunds)

    def refunds_of_orders(self) -> Iterator[RefundRow]:
        """What came back of cancelled orders."""
        return self._refunds.rows()

    def close(self) -> None:
        """Give the space of the refunds and of the gaps back."""
        self._refunds.close()
        self._gaps.close()

    def _orders(self, table: Table, together: list[OrderRows]) -> Iterator[OrderLineRow]:
        """The rows of orders of one name: several by their ids, or one that looks like several."""
        first, *others = together
        if not any(first.again(other) for other in others):
            for rows in together:
                yield from self._rows(table, rows)
            return
        whole = OrderRows(first.position, first.head, [line for o in together for line in o.lines])
        order = self._read(table, whole) if repeated(together) else None
        if order is not None and not order.amounts.unexplained:
            self._notes.tell("the order's columns stand on every row, and were read once an order")
            yield from self._told(table, order)
            return
        for other in others:
            reason = f"is order {first.name!r} again, as in line {first.position}: it would count"
            table.fault(other.position, f"{reason} twice")
        self._faults.suspect(table.name, first.name)

    def _rows(self, table: Table, rows: OrderRows) -> Iterator[OrderLineRow]:
        order = self._read(table, rows)
        if order is not None:
            yield from self._told(table, order)

    def _told(self, table: Table, order: Order) -> Iterator[OrderLineRow]:
        """The rows of an order, its refunds kept for later, and what there is to say noted."""
        amounts, name = order.amounts, order.head.name
        said = () if "Total" in table.present else (NO_TOTAL,)
        remark(order, self._notes, self._now, said=said)
        note_gaps(order, self._gaps)
        told = "Refunded Amount" in table.present or self._other_refunds
        alone = told and note_untold(order, self._notes, self._gaps)
        self.reconciliation.add(
            name,
            unexplained=order.unexplained,
            tips=amounts.tips,
            duties=amounts.duties,
            gift_cards=amounts.gift_cards,
        )
        back = refund_rows(order, self._notes, others=self._other_refunds, as_untold=alone)
        self._refunds.put(back)
        yield from line_rows(order, cancellings_told="Cancelled at" in table.present)

    def _read(self, table: Table, rows: OrderRows) -> Order | None:
        """An order; None, with the reason noted, when it cannot be read or is none."""
        if of_test(rows.head[_PAYMENT_METHOD]):
            self._notes.add("a test order of the Bogus Gateway; left out", rows.name)
            return None
        lines = [self._line_of(table, position, cells) for position, cells in rows.lines]
        try:
            head = OrderColumns(*self._order.values(rows.head))
        except BadValueError:
            self._order.explain(table, rows.position, rows.head)
            self._faults.suspect(table.name, rows.name)
            return None
        placed_at = head.created_at or head.paid_at
        if placed_at is None:
            reason = "is empty, and so is Paid at: one of them is needed"
            table.fault(rows.position, reason, "Created at")
        if placed_at is None or None in lines:
            self._faults.suspect(table.name, head.name)
            return None
        if rounded(head.id or ""):
            self._notes.tell(_ROUNDED_IDS)
        if head.discount is None and "Discount Amount" in table.present:
            head = head._replace(discount=0)
        there = [line for line in lines if line is not None]
        return order_of(
            head, there, placed_at, self._notes, gift_cards_are_sales=self._cards_are_sales
        )

    def _line_of(self, table: Table, position: int, cells: Cells) -> LineColumns | None:
        try:
            line = LineColumns(position, *self._line.values(cells))
        except BadValueError:
            self._line.explain(table, position, cells)
            return None
        if line.title is None and line.sku is None:
            reason = "is empty, and so is Lineitem sku: one of them is needed"
            table.fault(position, reason, "Lineitem name", "")
            return None
        if line.sku is not None:
            clash = self._skus.clash(line.sku, line.title or "")
            if clash is not None:
                table.fault(position, clash, "Lineitem sku", line.sku)
                return None
        if len(cells[1]) > LONGEST_TEXT:
            self._notes.tell(CUT)
        return line._replace(product_id=short_identity(line.sku or cells[1].strip()))
