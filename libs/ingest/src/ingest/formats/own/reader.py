"""Reads the files of the specification: orders, refunds, products and stock.

Money is in major units with at most the currency's decimals, times carry their offset, and the
order's columns repeat on its lines, where they agree.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from common import instants
from ingest.csv.damaged_ids import DamagedIds
from ingest.csv.faults import Faults
from ingest.csv.headers import Kinds
from ingest.csv.notes import FUTURE, Notes
from ingest.csv.piecewise import LEAST, PiecewiseTable
from ingest.csv.records import Record, columns_of
from ingest.csv.table import Cells, Columns, Table
from ingest.csv.values import BadValueError
from ingest.formats.column_notes import Missing, tell_columns
from ingest.formats.model import Read, Reading
from ingest.formats.own.order_lines import OrderLines
from ingest.formats.own.records import OwnRecords
from ingest.formats.own.whole_orders import WholeOrders
from ingest.formats.reconciliation import Reconciliation
from ingest.rows import OrderLineRow, ProductRow, RefundRow, StockRow
from ingest.sources import FileKind

if TYPE_CHECKING:
    from ingest.csv.arrow_text import Plain
    from ingest.formats.own.order_values import OrderValues
    from ingest.order_columns import OrderLineColumns

Blocks = Iterable[bytes]
_REFUNDS_MISSING: Final[Missing] = {
    "amount": "what was paid back for goods is not known and counts as nothing"
}
_NOTHING_BACK: Final = "a refund of it has no amount, shipping or tax: no money went back"


def open_reader(reading: Reading) -> "OwnFormat":
    """A reader of the files of one import."""
    return OwnFormat(
        reading.currency,
        reading.faults,
        reading.notes,
        kinds=reading.kinds,
        prices_include_tax=reading.prices_include_tax,
        gift_cards_are_sales=reading.gift_cards_are_sales,
    )


class OwnFormat:
    """Reads the files of a shop that sells in ``currency``; what is wrong goes to ``faults``."""

    def __init__(
        self,
        currency: str,
        faults: Faults,
        notes: Notes | None = None,
        now: datetime | None = None,
        *,
        kinds: Kinds | None = None,
        least: int = LEAST,
        prices_include_tax: bool = False,
        gift_cards_are_sales: bool = True,
    ) -> None:
        """``least`` bytes of orders are read by columns, if lines are taken as they are."""
        self._as_they_are = gift_cards_are_sales and not prices_include_tax
        self._prices_include_tax = prices_include_tax
        self._gift_cards_are_sales = gift_cards_are_sales
        self.tables: list[Table] = []
        self.reconciliation = Reconciliation()
        self._kinds: Kinds = kinds or {}
        self._faults = faults
        self._notes = notes or Notes(currency)
        self._now = now or instants.now()
        self._product_ids = DamagedIds("product_id", self._notes)
        self._currency = currency
        self._records = OwnRecords(currency, self._notes)
        self._least = least if self._as_they_are else sys.maxsize

    @property
    def files(self) -> Mapping[FileKind, Read]:
        """The reader of each kind of file."""
        return {
            FileKind.ORDERS: self.order_lines,
            FileKind.REFUNDS: self.refunds,
            FileKind.PRODUCTS: self.products,
            FileKind.STOCK: self.stock,
        }

    def refunds_of_orders(self) -> Iterator[RefundRow]:
        """None: refunds have a file of their own."""
        return iter(())

    def close(self) -> None:
        """Nothing is held."""

    def order_lines(self, name: str, blocks: Blocks) -> Iterator["OrderLineRow | OrderLineColumns"]:
        """The rows of orders.csv, many at once where the file is large and plain."""
        order, line = self._records.order(), self._records.line()
        required = "order_id paid_at currency line_id product_id quantity unit_price"
        columns = self._columns(order, line, required=required)
        table = PiecewiseTable(name, blocks, columns, self._faults, least=self._least)
        self.tables.append(table)
        lines = OrderLines(
            table, order, line, self._faults, self._notes, self._product_ids, self._now
        )
        rows = self._in_pieces(table, lines)
        if self._as_they_are:
            return rows
        return WholeOrders(
            lines,
            self._notes,
            prices_include_tax=self._prices_include_tax,
            gift_cards_are_sales=self._gift_cards_are_sales,
        ).of(cast("Iterator[OrderLineRow]", rows))

    def _in_pieces(
        self, table: PiecewiseTable, lines: OrderLines
    ) -> Iterator["OrderLineRow | OrderLineColumns"]:
        def values(plain: "Plain") -> "OrderValues":
            module = import_module("ingest.formats.own.order_values")  # loads Arrow
            found: OrderValues = module.OrderConverter(table, lines, self._currency).values(plain)
            return found

        with table.told():
            for piece in table.pieces(values):
                if isinstance(piece, Iterator):
                    yield from lines.rows(piece)
                    continue
                module = import_module("ingest.formats.own.order_pieces")
                yield from module.OrderPieces(table, lines, self._notes).read(*piece)
        tell_columns(table, {}, self._notes)

    def refunds(self, name: str, blocks: Blocks) -> Iterator[RefundRow]:
        """The rows of refunds.csv."""
        record = self._records.refund()
        required = "refund_id order_id processed_at"
        table = self._table(name, blocks, self._columns(record, required=required))
        for position, values in self._converted(table, record, _REFUNDS_MISSING):
            if values[3] > self._now:
                self._notes.add(f"its refund {FUTURE}", values[1])
            if not any(values[6:]):
                self._notes.add(_NOTHING_BACK, values[1])
            if values[2] is None and values[5]:
                table.fault(position, "is needed for a quantity", "line_id", "")
                continue
            yield RefundRow(position, *values)

    def products(self, name: str, blocks: Blocks) -> Iterator[ProductRow]:
        """The rows of products.csv."""
        record = self._records.product()
        table = self._table(name, blocks, self._columns(record, required="product_id"))
        for position, values in self._converted(table, record):
            yield ProductRow(position, *values)

    def stock(self, name: str, blocks: Blocks) -> Iterator[StockRow]:
        """The rows of stock.csv."""
        record = self._records.stock()
        required = "product_id counted_at on_hand"
        table = self._table(name, blocks, self._columns(record, required=required))
        for position, values in self._converted(table, record):
            yield StockRow(position, *values)

    def _columns(self, *records: Record, required: str) -> Columns:
        return columns_of(*records, required=required, kinds=self._kinds)

    def _table(self, name: str, blocks: Blocks, columns: Columns) -> Table:
        table = Table(name, blocks, columns, self._faults)
        self.tables.append(table)
        return table

    def _converted(
        self, table: Table, record: Record, missing: Missing | None = None
    ) -> Iterator[tuple[int, tuple[Any, ...]]]:
        convert: Callable[[Cells], tuple[Any, ...]] = record.values
        for position, cells in table.read():
            try:
                values = convert(cells)
            except BadValueError:
                record.explain(table, position, cells)
                self._faults.suspect(table.name, cells[0].strip())
                continue
            yield position, values
        tell_columns(table, missing or {}, self._notes)
