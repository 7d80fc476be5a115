"""The layout of Advanced Order Export: a row an order's product, the order's columns on the first
row only or on all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from common.http.wording import Wording
from common.reports.document.gaps import GapKind
from common.reports.money import currency_exponent
from ingest.csv.damaged_ids import DamagedIds, rounded, unfloated
from ingest.csv.notes import ROUNDED
from ingest.csv.records import Record
from ingest.csv.table import Cells, Table
from ingest.csv.values import BadValueError, Remembered, identity, title, words
from ingest.formats.cells import local_instant, sold_in
from ingest.formats.column_notes import Missing
from ingest.formats.model import Reading
from ingest.formats.woocommerce.cell_values import quantity_of, rounding
from ingest.formats.woocommerce.definition import FORMAT
from ingest.formats.woocommerce.export_values import head_of, line_of
from ingest.formats.woocommerce.order import Head, Order
from ingest.formats.woocommerce.order_rows import TWICE, OrderRows, Row, once
from ingest.formats.woocommerce.reconcile import Line
from ingest.formats.woocommerce.row_of_sums import RowOfSums
from ingest.formats.woocommerce.unsold import unsold

REQUIRED: Final = frozenset({"Order Number", "Order Status", "Order Date", "Item Name"})
SPELLINGS: Final[Mapping[str, str]] = {
    "order currency": "Currency", "currency code": "Currency", "qty": "Quantity",
    "item sku": "SKU", "product sku": "SKU", "order total": "Order Total Amount",
}  # fmt: skip
_NAME: Final = "name"
_OF_PRODUCTS: Final = frozenset({"product", "productname", "producttitle", "itemtitle", "title"})
MISSING: Final[Missing] = {
    "Currency": "all amounts were taken as in the shop's currency",
    "Paid Date": "orders are taken as paid when they were placed",
    "Email (Billing)": "customers are not known",
    "Country Code (Billing)": "countries are those of the shipping addresses",
    ("Country Code (Billing)", "Country Code (Shipping)"): "countries are not known",
    "SKU": "products are told apart by their names",
    "Quantity": "Quantity (- Refund) was taken, which leaves out what was paid back",
    ("Quantity", "Quantity (- Refund)"): "each line is taken as one piece",
    "Item Cost": "lines are only known by Order Line Total",
    "Order Line Total": "lines are taken as Quantity times Item Cost, which is rounded",
    "Order Line Subtotal": "what coupons took off each line is not known",
    "Order Subtotal Amount": "lines that are rounded cannot be set right",
    "Cart Discount Amount": "what coupons took off is not known",
    "Order Shipping Amount": "what was charged for it is not known",
    "Order Total Fee": "fees are not known, and orders with one are listed as not explained",
    "Order Total Tax Amount": "what was charged for it is not known",
    "Order Total Amount": "no order's total could be checked",
    "Order Refund Amount": "what was paid back is not known",
    "Coupon Code": "which codes were used is not known",
}
"""Columns that may be missing, and what cannot be known then."""
GAPS: Final[Mapping[str, GapKind]] = {
    "Cart Discount Amount": GapKind.DISCOUNTS_NOT_KNOWN,
    "Order Shipping Amount": GapKind.SHIPPING_NOT_KNOWN,
    "Order Total Tax Amount": GapKind.TAX_NOT_KNOWN,
    "Order Refund Amount": GapKind.REFUNDS_NOT_KNOWN,
}
"""Of those, what reports of the orders' days say."""
OF_SUMS: Final = "line {} has sums and no order; it was left out"
_NUMBER, _STATUS = 0, 1
_PRICES: Final = ("Item Cost", "Order Line Total")


def spellings_of(names: Collection[str]) -> Mapping[str, str]:
    """Other spellings of the columns in a header, whose ``names`` are folded.

    Older versions called the item ``Name``. Beside another column that may name it, that may be the
    customer's.
    """
    if not _OF_PRODUCTS.isdisjoint(names):
        return SPELLINGS
    return {**SPELLINGS, _NAME: "Item Name"}


def records_of(currency: str, timezone: str) -> tuple[Record, Record]:
    """The order's and the line's columns with their converters."""
    money = Remembered(rounding(currency_exponent(currency))).__getitem__
    text = Remembered(words).__getitem__
    code = sold_in(currency, any_case=True)
    count = Remembered(lambda cell: quantity_of(cell) if cell else None).__getitem__
    at = local_instant(timezone)
    order = Record(
        {
            "Order Number": lambda cell: unfloated(identity(cell)),
            "Order Status": text,
            "Order Date": at,
            "Paid Date": at,
            "Currency": lambda cell: code(cell) if cell.strip() else None,
            "Email (Billing)": words,
            "Country Code (Billing)": text,
            "Country Code (Shipping)": text,
            "State Code (Billing)": text,
            "State Code (Shipping)": text,
            **dict.fromkeys(
                (
                    *("Order Subtotal Amount", "Cart Discount Amount", "Order Shipping Amount"),
                    *("Order Shipping Tax Amount", "Order Total Fee", "Order Total Tax Amount"),
                    *("Order Total Amount", "Order Refund Amount"),
                ),
                money,
            ),
        }
    )
    line = Record(
        {
            "Item Name": Remembered(title).__getitem__,
            "SKU": Remembered(lambda cell: unfloated(words(cell))).__getitem__,
            "Quantity": count,
            "Quantity (- Refund)": count,
            "Item Cost": money,
            "Order Line Total": money,
            "Order Line Subtotal": money,
            "Coupon Code": text,
        }
    )
    return order, line


class ExportRows:
    """Reads it."""

    def __init__(self, reading: Reading) -> None:
        self.order, self.line = records_of(reading.currency, reading.timezone)
        self.names = (*self.order.names, *self.line.names)
        self._faults, self._notes = reading.faults, reading.notes
        self._rows = OrderRows(self.order, reading.notes)
        self._skus = DamagedIds("SKU", reading.notes)
        self._sums = RowOfSums(self.line, len(self.line.names))

    def orders(self, table: Table) -> Iterator[Order]:
        """The orders, whose rows follow each other."""
        rows: list[Row] = []
        for position, cells in table.read():
            if table.present.isdisjoint(_PRICES):
                table.fault(1, f"is missing, and so is {_PRICES[1]}: one is needed", _PRICES[0])
                self._faults.blind.add(table.name)
                return
            number = cells[_NUMBER].strip()
            if not number and self._rows.of_totals(cells):
                self._notes.tell(OF_SUMS.format(position))
                continue
            self._sums.add(cells)
            if not number and not rows:
                table.fault(position, "has no Order Number, and no order is before it", value="")
                continue
            if number and (not rows or number != rows[0][1][_NUMBER].strip()):
                if rows:
                    yield from self._order(table, rows)
                rows = []
            rows.append((position, cells))
        if rows:
            yield from self._order(table, rows, last=True)

    def _order(
        self, table: Table, all_rows: Sequence[Row], *, last: bool = False
    ) -> Iterator[Order]:
        position, first = all_rows[0]
        number = first[_NUMBER].strip()
        left_out = unsold(position, number, first[_STATUS])
        if left_out is not None and self._rows.unsold(all_rows):
            yield left_out
            return
        found = self._rows.goods(table, all_rows)
        if found is None:
            self._faults.suspect(table.name, number)
            return
        head, rows = found
        try:
            values = dict(zip(self.order.names, self.order.values(head), strict=True))
        except BadValueError:
            self.order.explain(table, position, head)
            values = {}
        if values and values["Order Date"] is None:
            table.fault(position, Wording("is empty"), "Order Date", "")
            values = {}
        lines, codes = self._lines(table, rows)
        if not values or lines is None:
            self._faults.suspect(table.name, number)
            return
        less = "Quantity" not in table.present and "Quantity (- Refund)" in table.present
        order = head_of(position, values, codes)
        if rounded(number):
            self._notes.add(ROUNDED, number)
        if last:
            self._leave_sums_out(all_rows, order, lines)
        yield Order(order, self._once(order, lines), less)

    def _leave_sums_out(
        self, rows: Sequence[Row], order: Head, lines: list[tuple[Line, Cells]]
    ) -> None:
        """Take those of the last order's ``lines`` away whose ``rows`` are of sums."""
        first = self._sums.first(rows, order.sums, [line for line, _ in lines])
        if first is not None:
            for line, _ in lines[first:]:
                self._notes.tell(OF_SUMS.format(line.position // FORMAT.rows_a_line))
            del lines[first:]

    def _once(self, order: Head, lines: Sequence[tuple[Line, Cells]]) -> tuple[Line, ...]:
        """The lines of an order, once where its rows stand in the file several times."""
        told = tuple(line for line, _ in lines)
        first = once(order.sums, told, [cells for _, cells in lines])
        if first is None:
            return told
        self._notes.add(TWICE, order.id)
        return first

    def _lines(
        self, table: Table, rows: Sequence[Row]
    ) -> tuple[list[tuple[Line, Cells]] | None, dict[str, None]]:
        """The lines of an order with their cells, None where one cannot be read; and its codes."""
        lines: list[tuple[Line, Cells]] = []
        codes: dict[str, None] = {}
        complete = True
        for at, cells in rows:
            try:
                told = dict(zip(self.line.names, self.line.values(cells), strict=True))
            except BadValueError:
                self.line.explain(table, at, cells)
                complete = False
                continue
            if told["Coupon Code"]:
                codes[told["Coupon Code"]] = None
            if not (told["Item Name"] or told["SKU"]):
                continue
            clash = self._skus.clash(told["SKU"] or "", told["Item Name"] or "")
            if clash is not None:
                table.fault(at, clash, "SKU", told["SKU"])
                complete = False
            lines.append((line_of(at, len(lines) + 1, told), cells))
        return lines if complete else None, codes
