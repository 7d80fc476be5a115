"""A Shopify orders export, as the shop's admin downloads it: one row a line, the order's columns on
the order's first line only.

What the export has is mapped; what it lacks is said. It has no date of a refund and no refunded
lines, only one ``Refunded Amount``: of a cancelled order it is taken as returned when the order was
cancelled, of any other order it is left out and counted, and a refunds.csv can bring it. Customers
are known by a hash of their e-mail address.
"""

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.csv.table import Cells, Columns, Table
from ingest.csv.values import BadValueError
from ingest.formats.shopify.amounts import (
    Amounts,
    Goods,
    Sums,
    SumsDisagreeError,
    amounts_of,
    refund_of,
)
from ingest.formats.shopify.columns import (
    REQUIRED,
    LineColumns,
    OrderColumns,
    pseudonym,
    records_of,
)
from ingest.rows import OrderLineRow, RefundRow

_PAID = frozenset({"paid", "partially_paid", "partially_refunded", "refunded"})
_IN_MEMORY = 1024 * 1024


class ShopifyExport:
    """Reads the export of a shop that sells in ``currency``.

    Read ``order_lines`` to its end before ``refunds``: they come from the same rows.
    """

    def __init__(self, currency: str, faults: Faults, notes: Notes) -> None:
        self.tables: list[Table] = []
        self._faults = faults
        self._notes = notes
        self._refunds = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._order, self._line = records_of(currency)

    def order_lines(self, name: str, blocks: Iterable[bytes]) -> Iterator[OrderLineRow]:
        """The lines of the export's orders."""
        known = (*self._order.names, *self._line.names)
        table = Table(name, blocks, Columns(known, REQUIRED, others_pass=True), self._faults)
        self.tables.append(table)
        width = len(self._order.names)
        head: tuple[int, Cells] | None = None
        lines: list[LineColumns | None] = []
        for position, cells in table.read():
            if head is None or cells[0] != head[1][0]:
                if head is not None:
                    yield from self._rows(table, *head, lines)
                head, lines = (position, cells[:width]), []
            lines.append(self._line_of(table, position, cells[width:]))
        if head is not None:
            yield from self._rows(table, *head, lines)

    def refunds(self) -> Iterator[RefundRow]:
        """What came back of cancelled orders."""
        self._refunds.seek(0)
        while True:
            try:
                yield pickle.load(self._refunds)  # noqa: S301 - written by ourselves, just now
            except EOFError:
                return

    def close(self) -> None:
        """Give the space of the refunds back."""
        self._refunds.close()

    def _line_of(self, table: Table, position: int, cells: Cells) -> LineColumns | None:
        try:
            return LineColumns(position, *self._line.values(cells))
        except BadValueError:
            self._line.explain(table, position, cells)
            return None

    def _rows(
        self, table: Table, position: int, cells: Cells, lines: list[LineColumns | None]
    ) -> Iterator[OrderLineRow]:
        """The rows of an order; none, and the reason noted, when it cannot be read."""
        sold = [line for line in lines if line is not None and line.quantity > 0]
        try:
            head = OrderColumns(*self._order.values(cells))
            placed_at = _placed(head)
            found = self._amounts(head, sold)
            refunds = self._refunds_of(head, sold, found)
        except BadValueError as error:
            self._order.explain(table, position, cells)
            if isinstance(error, _OrderError):
                table.fault(position, str(error), error.column)
            self._faults.suspect(table.name, cells[0].strip())
            return
        if None in lines:
            self._faults.suspect(table.name, head.name)
            return
        if len(sold) < len(lines):
            self._notes.add("a line of quantity 0 was left out", head.name)
        for refund in refunds:
            pickle.dump(refund, self._refunds)
        yield from self._line_rows(head, placed_at, sold, found)

    def _amounts(self, head: OrderColumns, lines: list[LineColumns]) -> Amounts:
        sums = Sums(
            head.subtotal, head.shipping, head.taxes, head.total, head.discount, head.refunded
        )
        try:
            found = amounts_of(
                sums, [Goods(line.quantity, line.price, line.discount) for line in lines]
            )
        except SumsDisagreeError as error:
            raise _OrderError(str(error), "Subtotal") from None
        for remark in found.remarks:
            self._notes.add(remark, head.name)
        return found

    def _line_rows(
        self, head: OrderColumns, placed_at: datetime, lines: list[LineColumns], found: Amounts
    ) -> Iterator[OrderLineRow]:
        paid_at = head.paid_at
        if paid_at is None and (head.status or "").lower() in _PAID:
            self._notes.add("paid, without saying when; taken as paid when created", head.name)
            paid_at = placed_at
        shared = (
            head.name,
            placed_at,
            paid_at,
            head.source,
            pseudonym(head.email),
            head.shipping_country or head.billing_country,
            head.shipping_province or head.billing_province,
            head.coupon_code,
            found.order_discount,
            found.shipping,
            found.tax,
        )
        for number, (line, goods) in enumerate(zip(lines, found.goods, strict=True), 1):
            yield OrderLineRow(
                line.position,
                *shared,
                str(number),
                line.product_id,
                line.name,
                None,
                goods.quantity,
                goods.unit_price,
                goods.discount,
            )

    def _refunds_of(
        self, head: OrderColumns, lines: list[LineColumns], found: Amounts
    ) -> list[RefundRow]:
        """A cancelled order's refund; of others it is said what the export does not tell."""
        if head.cancelled_at is None:
            if head.refunded:
                self._notes.add(_UNDATED, head.name)
            return []
        if not head.refunded:
            self._notes.add("cancelled without a Refunded Amount; kept as it was", head.name)
            return []
        try:
            goods, shipping, tax = refund_of(found, head.refunded)
        except SumsDisagreeError as error:
            raise _OrderError(str(error), "Refunded Amount") from None
        self._notes.add("cancelled; its Refunded Amount was spread over what was paid", head.name)
        rows = [
            RefundRow(
                *(line.position, "cancelled", head.name, str(number), head.cancelled_at, "cancel"),
                *(line.quantity, amount, 0, 0),
            )
            for number, (line, amount) in enumerate(zip(lines, goods, strict=True), 1)
        ]
        return [rows[0]._replace(shipping=shipping, tax=tax), *rows[1:]] if rows else []


_UNDATED = (
    "the export does not say when its Refunded Amount was paid back, nor for which lines;"
    " it was left out (a refunds.csv can bring it)"
)


class _OrderError(BadValueError):
    """An order that cannot be: ``column`` is where to look."""

    def __init__(self, reason: str, column: str) -> None:
        super().__init__(reason)
        self.column = column


def _placed(head: OrderColumns) -> datetime:
    placed_at = head.created_at or head.paid_at
    if placed_at is None:
        raise _OrderError("is empty, and so is Paid at: one of them is needed", "Created at")
    return placed_at
