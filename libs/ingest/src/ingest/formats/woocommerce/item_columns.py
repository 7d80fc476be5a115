"""The layout with a row an order: its lines in ``line_item_1``, ``line_item_2`` and so on, each as
``name:Mug|product_id:7|sku:M-1|quantity:2|total:20.00|sub_total:20.00``.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from common.http.wording import Wording
from common.reports.document.gaps import GapKind
from common.reports.money import currency_exponent
from ingest.csv.damaged_ids import DamagedIds, rounded, undamaged
from ingest.csv.headers import folded
from ingest.csv.notes import ROUNDED
from ingest.csv.records import Record
from ingest.csv.table import Cells, Table
from ingest.csv.values import BadValueError, Remembered, identity, title, words
from ingest.formats.cells import local_instant, sold_in
from ingest.formats.column_notes import Missing
from ingest.formats.model import Reading
from ingest.formats.woocommerce.cell_values import fields, pieces, quantity_of, refunds_in, rounding
from ingest.formats.woocommerce.definition import FORMAT
from ingest.formats.woocommerce.order import Head, Order
from ingest.formats.woocommerce.reconcile import Line, Sums
from ingest.formats.woocommerce.unsold import unsold

REQUIRED: Final = frozenset(
    {"order_id", "order_date", "status", "order_total", "order_currency", "line_item_1"}
)
SPELLINGS: Final[Mapping[str, str]] = {
    "date": "order_date", "order_status": "status", "refunds": "refund_items",
}  # fmt: skip
MISSING: Final[Missing] = {
    "paid_date": "orders are taken as paid when they were placed, unless it is known",
    "customer_email": "customers are known by their billing addresses' e-mail or not at all",
    "billing_country": "countries are those of the shipping addresses",
    ("billing_country", "shipping_country"): "countries are not known",
    ("customer_email", "billing_email", "customer_id"): "customers are not known",
    "order_subtotal": "what coupons took off lines that do not tell it is not known",
    "discount_total": "what coupons took off is not known",
    "shipping_total": "what was charged for it is not known",
    "fee_total": "fees are not known, and orders with one are listed as not explained",
    "tax_total": "what was charged for it is not known",
    "refund_items": "what was paid back is not known",
    "coupon_items": "which codes were used is not known",
}
"""Columns that may be missing, and what cannot be known then."""
GAPS: Final[Mapping[str, GapKind]] = {
    "discount_total": GapKind.DISCOUNTS_NOT_KNOWN,
    "shipping_total": GapKind.SHIPPING_NOT_KNOWN,
    "tax_total": GapKind.TAX_NOT_KNOWN,
    "refund_items": GapKind.REFUNDS_NOT_KNOWN,
}
"""Of those, what reports of the orders' days say."""
_ID, _NUMBER, _STATUS = range(3)
_ITEM = "line_item_"
_MONEY = (
    *("order_subtotal", "discount_total", "shipping_total", "shipping_tax_total", "fee_total"),
    *("tax_total", "order_total"),
)


class ItemColumns:
    """Reads it; ``names`` are those of the file's header, ``folded``."""

    def __init__(self, reading: Reading, names: frozenset[str]) -> None:
        self._money = Remembered(rounding(currency_exponent(reading.currency))).__getitem__
        self._at = local_instant(reading.timezone)
        self._faults, self._notes = reading.faults, reading.notes
        self._skus = DamagedIds("sku", reading.notes)
        text = Remembered(words).__getitem__
        self.record = Record(
            {
                "order_id": lambda cell: undamaged(identity(cell)),
                "order_number": lambda cell: undamaged(words(cell)),
                "status": text,
                "order_date": self._at,
                "paid_date": self._at,
                "payment_method": text,
                "order_currency": sold_in(reading.currency),
                "customer_id": Remembered(lambda cell: undamaged(words(cell))).__getitem__,
                "customer_email": words,
                "billing_email": words,
                **dict.fromkeys(
                    ("billing_country", "shipping_country", "billing_state", "shipping_state"), text
                ),
                **dict.fromkeys(_MONEY, self._money),
                "refund_items": partial(refunds_in, amount=self._money, at=self._at),
                "coupon_items": _codes,
            }
        )
        item = folded(_ITEM)
        numbers = [name.removeprefix(item) for name in names if name.startswith(item)]
        self._items = [f"{_ITEM}{n}" for n in sorted(int(n) for n in numbers if n.isdecimal())]
        self.names = (*self.record.names, *(self._items or [f"{_ITEM}1"]))

    def orders(self, table: Table) -> Iterator[Order]:
        """The orders, a row each."""
        width = len(self.record.names)
        for position, cells in table.read():
            left_out = self.unsold(position, cells)
            if left_out is not None:
                yield left_out
                continue
            lines = self._lines(table, position, cells[width:])
            order = self.order(table, position, cells[:width], lines)
            if order is not None:
                yield order

    def unsold(self, position: int, cells: Cells) -> Order | None:
        """The order of a row that says that it is no sale; None of another."""
        return unsold(position, cells[_NUMBER].strip() or cells[_ID].strip(), cells[_STATUS])

    def order(
        self, table: Table, position: int, cells: Cells, lines: Sequence[Line] | None
    ) -> Order | None:
        """An order of its columns' ``cells`` and its ``lines``; None where any of it is no value,
        which is noted.
        """
        values = {}
        try:
            values = dict(zip(self.record.names, self.record.values(cells), strict=True))
        except BadValueError:
            self.record.explain(table, position, cells)
        if values and values["order_date"] is None:
            table.fault(position, Wording("is empty"), "order_date", "")
            values = {}
        if lines is None or not values:
            self._faults.suspect(table.name, cells[_ID].strip())
            return None
        head = _head(position, values)
        if rounded(head.id):
            self._notes.add(ROUNDED, head.id)
        return Order(head, tuple(lines))

    def _lines(self, table: Table, position: int, cells: Cells) -> list[Line] | None:
        lines: list[Line] = []
        for number, (column, cell) in enumerate(zip(self._items, cells, strict=False), 1):
            if not cell.strip():
                continue
            try:
                lines.append(self.line(position, number, fields(cell)))
            except BadValueError as error:
                table.fault(position, str(error), column, cell)
                return None
        return lines

    def line(self, position: int, number: int, parts: Mapping[str, str]) -> Line:
        """A line of its parts, ``number`` in its order.

        Raises:
            BadValueError: one of them is no value, or is not there.
        """
        name, sku = title(parts.get("name", "")), undamaged(words(parts.get("sku", "")))
        if name is None and sku is None:
            raise BadValueError("has neither name: nor sku:")
        total = self._money(parts.get("total", ""))
        if total is None:
            raise BadValueError("has no total:")
        if not parts.get("quantity", ""):
            raise BadValueError("has no quantity:")
        clash = self._skus.clash(sku or "", name or "")
        if clash is not None:
            raise BadValueError(f"its sku: {clash}")
        count, measured = pieces(quantity_of(parts["quantity"]))
        before = self._money(parts.get("sub_total", parts.get("subtotal", "")))
        back, gone = (
            self._money(parts.get("refunded", "")),
            parts.get("refunded_qty", "").lstrip("-"),
        )
        pieces_back = pieces(quantity_of(gone))[0] if gone else 0
        return Line(
            *(position * FORMAT.rows_a_line + number, number, count, total, before, name, sku),
            measured=measured,
            back=None if back is None else abs(back),
            pieces_back=0 if measured else pieces_back,
        )


def _codes(cell: str) -> str | None:
    """``code:SPRING|amount:3.00``, or several of it, as its codes."""
    codes = [fields(each).get("code", "") for each in cell.split(";")]
    return words(", ".join(code for code in codes if code))


def _head(position: int, values: Mapping[str, Any]) -> Head:
    refunded, refunded_at, apart = values["refund_items"]
    discount, customer = values["discount_total"], values["customer_id"]
    return Head(
        position,
        values["order_number"] or values["order_id"],
        values["status"],
        values["order_date"],
        values["paid_date"],
        refunded_at,
        values["customer_email"] or values["billing_email"],
        None if customer in {None, "0"} else customer,
        values["shipping_country"] or values["billing_country"],
        values["shipping_state"] or values["billing_state"],
        values["coupon_items"],
        Sums(
            values["order_subtotal"],
            None if discount is None else abs(discount),
            values["shipping_total"] or 0,
            values["fee_total"] or 0,
            values["tax_total"] or 0,
            values["shipping_tax_total"] or 0,
            values["order_total"],
            refunded,
        ),
        method=values["payment_method"],
        refunds_apart=apart,
    )
