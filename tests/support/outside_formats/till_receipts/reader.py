"""Reads the receipts of a till."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from ingest.csv.headers import Columns
from ingest.csv.records import Record
from ingest.csv.table import Table
from ingest.csv.values import BadValueError, identity, instant, title, whole
from ingest.formats.model import Read, Reading
from ingest.formats.reconciliation import Reconciliation
from ingest.rows import OrderLineRow, RefundRow
from ingest.sources import FileKind

MOST = 10**12
ROW = Record(
    {
        "Receipt": identity,
        "Rung up at": instant,
        "Article": identity,
        "Pieces": lambda text: whole(text, least=1),
        "Each": lambda text: whole(text, least=0, most=MOST),
        "Receipt total": lambda text: whole(text, least=0, most=MOST),
    }
)


class Receipts:
    """Reads one file; a receipt's total is that of its lines."""

    def __init__(self, reading: Reading) -> None:
        self.tables: list[Table] = []
        self.reconciliation = Reconciliation()
        self._reading = reading

    @property
    def files(self) -> Mapping[FileKind, Read]:
        """A till writes receipts, and nothing else."""
        return {FileKind.ORDERS: self._order_lines}

    def refunds_of_orders(self) -> Iterator[RefundRow]:
        """A receipt tells none."""
        return iter(())

    def close(self) -> None:
        """Nothing is held."""

    def _order_lines(self, name: str, blocks: Iterable[bytes]) -> Iterator[OrderLineRow]:
        columns = Columns(
            ROW.names, frozenset(ROW.names), others_pass=True, kinds=self._reading.kinds
        )
        table = Table(name, blocks, columns, self._reading.faults)
        self.tables.append(table)
        for receipt, rows in groupby(self._rows(table), key=lambda row: row[1][0]):
            charged = 0
            for number, (position, cells) in enumerate(rows, 1):
                _, at, article, pieces, each, total = cells
                charged += pieces * each
                yield OrderLineRow(
                    position=position,
                    order_id=receipt,
                    placed_at=at,
                    paid_at=at,
                    channel="till",
                    customer_id=None,
                    country=None,
                    region=None,
                    coupon_code=None,
                    order_discount=0,
                    shipping=0,
                    tax=0,
                    line_id=str(number),
                    product_id=article,
                    product_title=title(article),
                    category=None,
                    quantity=pieces,
                    unit_price=each,
                    line_discount=0,
                )
            self.reconciliation.add(receipt, unexplained=total - charged)

    def _rows(self, table: Table) -> Iterator[tuple[int, tuple[Any, ...]]]:
        for position, cells in table.read():
            try:
                yield position, ROW.values(cells)
            except BadValueError:
                ROW.explain(table, position, cells)
                self._reading.faults.suspect(table.name, cells[0].strip())


def open_reader(reading: Reading) -> Receipts:
    """A reader of one import."""
    return Receipts(reading)
