"""The import format of the specification: orders, refunds, products and stock, a file each.

Money is in major units with at most the currency's decimals, times carry their offset, and the
order's columns repeat on its lines, where they agree.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from common import instants
from common.reports.money import currency_exponent
from ingest.csv.damaged_ids import DamagedIds, rounded
from ingest.csv.faults import Faults
from ingest.csv.notes import CUT, FUTURE, ROUNDED, Notes
from ingest.csv.records import Record, columns_of
from ingest.csv.table import Cells, Columns, Table
from ingest.csv.values import (
    LONGEST_TEXT,
    BadValueError,
    Remembered,
    amounts,
    identity,
    instant,
    optional_identity,
    optional_instant,
    title,
    whole,
    words,
)
from ingest.rows import OrderLineRow, ProductRow, RefundRow, StockRow

Blocks = Iterable[bytes]
_MOST = 10**15


class OwnFormat:
    """Reads the files of a shop that sells in ``currency``; what is wrong goes to ``faults``."""

    def __init__(
        self,
        currency: str,
        faults: Faults,
        notes: Notes | None = None,
        now: datetime | None = None,
    ) -> None:
        self.tables: list[Table] = []
        self._faults = faults
        self._notes = notes or Notes(currency)
        self._now = now or instants.now()
        self._product_ids = DamagedIds("product_id", self._notes)
        self._currency = currency
        exponent = currency_exponent(currency)
        self._amount = Remembered(amounts(exponent)).__getitem__
        self._amount_or_zero = Remembered(amounts(exponent, empty=0)).__getitem__
        self._cost = Remembered(lambda text: amounts(exponent)(text) if text else None).__getitem__
        self._words = Remembered(words).__getitem__
        self._title = Remembered(self._shown).__getitem__

    def order_lines(self, name: str, blocks: Blocks) -> Iterator[OrderLineRow]:
        """The rows of orders.csv."""
        order = Record(
            {
                "order_id": identity,
                "placed_at": optional_instant,
                "paid_at": optional_instant,
                "currency": Remembered(self._currency_code).__getitem__,
                "channel": self._words,
                "customer_id": optional_identity,
                "country": self._words,
                "region": self._words,
                "coupon_code": self._words,
                "order_discount": self._amount_or_zero,
                "shipping": self._amount_or_zero,
                "tax": self._amount_or_zero,
            }
        )
        line = Record(
            {
                "line_id": Remembered(identity).__getitem__,
                "product_id": Remembered(identity).__getitem__,
                "product_title": self._title,
                "category": self._words,
                "quantity": Remembered(partial(whole, least=1)).__getitem__,
                "unit_price": self._amount,
                "line_discount": self._amount_or_zero,
            }
        )
        required = "order_id paid_at currency line_id product_id quantity unit_price"
        table = self._table(name, blocks, columns_of(order, line, required=required))
        return self._order_lines(table, order, line)

    def _order_lines(self, table: Table, order: Record, line: Record) -> Iterator[OrderLineRow]:
        """Converts the order's columns once an order, as long as its lines stand together."""
        width = len(order.names)
        head: Cells = []
        shared: tuple[object, ...] | None = None  # None where the order's columns were refused
        of_line, row_of = line.values, tuple.__new__
        for position, cells in table.read():
            if cells[:width] != head:
                now = cells[:width]
                if head and head[0] == now[0] and self._differ(table, position, head, now, order):
                    continue
                head, shared = now, self._order(table, position, now, order)
            try:
                values = of_line(cells[width:])
            except BadValueError:
                line.explain(table, position, cells[width:])
                self._faults.suspect(table.name, head[0].strip())
                continue
            if rounded(values[1]) and self._clash(table, position, values):
                continue
            if shared is not None:
                yield row_of(OrderLineRow, (position, *shared, *values, None, 0, None))

    def _order(
        self, table: Table, line: int, cells: Cells, order: Record
    ) -> tuple[object, ...] | None:
        """The order's values as the loader takes them: placed when paid, without the currency."""
        try:
            order_id, placed_at, paid_at, _, *rest = order.values(cells)
        except BadValueError:
            order.explain(table, line, cells)
        else:
            if placed_at or paid_at:
                if (paid_at or placed_at) > self._now:
                    self._notes.add(FUTURE, order_id)
                if rounded(order_id) or rounded(rest[1] or ""):
                    self._notes.add(ROUNDED, order_id)
                return (order_id, placed_at or paid_at, paid_at, *rest)
            table.fault(line, "is empty, and so is placed_at: one of them is needed", "paid_at", "")
        self._faults.suspect(table.name, cells[0].strip())
        return None

    def _differ(self, table: Table, line: int, before: Cells, now: Cells, order: Record) -> bool:
        """Whether a line contradicts the order's line before; says in which columns."""
        try:
            values = zip(order.values(before), order.values(now), strict=True)
        except BadValueError:
            return False
        columns = zip(order.names, before, now, values, strict=True)
        differing = [each for each in columns if each[3][0] != each[3][1]]
        for name, was, cell, _ in differing:
            table.fault(line, f"differs from {was!r} on another line of the order", name, cell)
        if differing:
            self._faults.suspect(table.name, now[0].strip())
        return bool(differing)

    def _clash(self, table: Table, line: int, values: tuple[Any, ...]) -> bool:
        """Whether a product's id was rounded and names another one too; says so."""
        clash = self._product_ids.clash(values[1], values[2] or "")
        if clash is not None:
            table.fault(line, clash, "product_id", values[1])
        return clash is not None

    def _shown(self, text: str) -> str | None:
        if len(text.strip()) > LONGEST_TEXT:
            self._notes.tell(CUT)
        return title(text)

    def _currency_code(self, text: str) -> str:
        if not text:
            raise BadValueError("is empty")
        if text != self._currency:
            raise BadValueError(f"is not the shop's currency, {self._currency}")
        return text

    def refunds(self, name: str, blocks: Blocks) -> Iterator[RefundRow]:
        """The rows of refunds.csv."""
        record = Record(
            {
                "refund_id": identity,
                "order_id": identity,
                "line_id": optional_identity,
                "processed_at": instant,
                "kind": Remembered(_kind).__getitem__,
                "quantity": Remembered(_pieces).__getitem__,
                "amount": self._amount_or_zero,
                "shipping": self._amount_or_zero,
                "tax": self._amount_or_zero,
            }
        )
        required = "refund_id order_id processed_at"
        table = self._table(name, blocks, columns_of(record, required=required))
        for position, values in self._converted(table, record):
            if values[3] > self._now:
                self._notes.add(f"its refund {FUTURE}", values[1])
            if values[2] is None and (values[5] or values[6]):
                table.fault(position, "is needed for a quantity or an amount", "line_id", "")
                continue
            yield RefundRow(position, *values)

    def products(self, name: str, blocks: Blocks) -> Iterator[ProductRow]:
        """The rows of products.csv."""
        record = Record(
            {
                "product_id": identity,
                "title": self._shown,
                "sku": words,
                "category": self._words,
                "unit_cost": self._cost,
            }
        )
        table = self._table(name, blocks, columns_of(record, required="product_id"))
        for position, values in self._converted(table, record):
            yield ProductRow(position, *values)

    def stock(self, name: str, blocks: Blocks) -> Iterator[StockRow]:
        """The rows of stock.csv."""
        record = Record(
            {
                "product_id": identity,
                "counted_at": instant,
                "on_hand": partial(whole, least=-_MOST, most=_MOST),
            }
        )
        required = "product_id counted_at on_hand"
        table = self._table(name, blocks, columns_of(record, required=required))
        for position, values in self._converted(table, record):
            yield StockRow(position, *values)

    def _table(self, name: str, blocks: Blocks, columns: Columns) -> Table:
        table = Table(name, blocks, columns, self._faults)
        self.tables.append(table)
        return table

    def _converted(self, table: Table, record: Record) -> Iterator[tuple[int, tuple[Any, ...]]]:
        convert: Callable[[Cells], tuple[Any, ...]] = record.values
        for position, cells in table.read():
            try:
                values = convert(cells)
            except BadValueError:
                record.explain(table, position, cells)
                self._faults.suspect(table.name, cells[0].strip())
                continue
            yield position, values


def _kind(text: str) -> str:
    if text not in {"", "return", "cancel"}:
        raise BadValueError("is neither return nor cancel")
    return text or "return"


def _pieces(text: str) -> int:
    return whole(text, least=0) if text else 0
