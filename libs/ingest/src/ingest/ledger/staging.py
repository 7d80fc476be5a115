"""Bring rows to the server as they come: COPY into temporary tables.

COPY FROM is refused on a table under row-level security, and a row must be looked at beside the
others before it may enter the ledger, so everything is staged first. The rows end with the
transaction; nothing here holds more than a buffer of the input.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from typing import Any, Final, NoReturn

import psycopg
from psycopg import sql
from psycopg.copy import QueuedLibpqWriter

from ingest.ledger.errors import Fault, UnstorableRowError
from ingest.ledger.order_runs import RunLine
from ingest.ledger.temporary_tables import Columns, Cursor, analyze, leave_empty
from ingest.rows import GapRow, ProductRow, RefundRow, StockRow

FEW: Final = 1_000
"""Orders that are looked up each by itself; for more the ledger is asked first if it need be."""
_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""What a COPY in PostgreSQL's binary format begins with: no flags, no extension."""
_TRAILER: Final = b"\xff\xff"

_TEXT, _WHOLE, _INSTANT, _TRUTH = "text", "int8", "timestamptz", "bool"


@dataclass(frozen=True, slots=True)
class Staging(Columns):
    """A temporary table of input: the ledger's ``table`` it is for, and where its ids are."""

    table: str
    ids: tuple[int, ...]

    def fault(self, row: tuple[Any, ...]) -> Fault:
        """The ids and the position of ``row``."""
        return Fault(tuple(_as_text(row[index]) for index in self.ids), row[0])


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)


def _staging(
    table: str,
    row: type[ProductRow | RunLine | RefundRow | StockRow | GapRow],
    ids: tuple[str, ...],
    **types: str,
) -> Staging:
    typed = tuple((name, types.get(name, _TEXT)) for name in row._fields)
    return Staging(f"staged_{table}", typed, table, tuple(row._fields.index(name) for name in ids))


PRODUCTS = _staging("products", ProductRow, ("product_id",), position=_WHOLE, unit_cost=_WHOLE)
ORDER_LINES = _staging(
    "order_lines",
    RunLine,
    ("order_id", "line_id"),
    position=_WHOLE,
    head=_WHOLE,
    line_no=_WHOLE,
    again=_TRUTH,
    stands=_TRUTH,
    paid_assumed=_TRUTH,
    placed_at=_INSTANT,
    paid_at=_INSTANT,
    order_discount=_WHOLE,
    shipping=_WHOLE,
    tax=_WHOLE,
    quantity=_WHOLE,
    unit_price=_WHOLE,
    line_discount=_WHOLE,
    remainder=_WHOLE,
    share=_WHOLE,
)
REFUNDS = _staging(
    "refunds",
    RefundRow,
    ("refund_id", "order_id", "line_id"),
    position=_WHOLE,
    processed_at=_INSTANT,
    quantity=_WHOLE,
    amount=_WHOLE,
    shipping=_WHOLE,
    tax=_WHOLE,
    first_alone=_TRUTH,
)
STOCK = _staging(
    "stock_counts",
    StockRow,
    ("product_id",),
    position=_WHOLE,
    counted_at=_INSTANT,
    on_hand=_WHOLE,
)
GAPS = _staging(
    "gaps",
    GapRow,
    ("order_id",),
    position=_WHOLE,
    since=_INSTANT,
    until=_INSTANT,
    amount=_WHOLE,
    whole=_TRUTH,
)


def stage(cursor: Cursor, staging: Staging, rows: Iterable[Any]) -> int:
    """COPY ``rows`` into their temporary table; answers how many there were.

    Raises:
        ValueError: the rows' positions do not grow.
        UnstorableRowError: a value that its column cannot hold.
    """
    leave_empty(cursor, staging)
    rows = iter(rows)
    first = _first(rows)
    if not first:
        return 0
    count = _copy(cursor, staging, first, rows)
    cursor.execute(analyze(staging.name))
    return count


def _first(rows: Iterator[Any]) -> list[Any]:
    """All rows where they are few, else the first of them, up to a batch of columns."""
    first = []
    for row in rows:
        first.append(row)
        if len(first) == FEW or not isinstance(row, tuple):
            break
    return first


def _copy(cursor: Cursor, staging: Staging, first: list[Any], rows: Iterator[Any]) -> int:
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(sql.Identifier(staging.name))
    # A thread sends, so that the next rows are read while the server is busy with these.
    many = len(first) == FEW or not isinstance(first[-1], tuple)
    writer = QueuedLibpqWriter(cursor) if many else None
    try:
        with cursor.copy(statement, writer=writer) as copy:
            copy.set_types([kind for _, kind in staging.columns])
            return _Written(copy, staging).write(chain(first, rows))
    except psycopg.errors.CharacterNotInRepertoire as error:
        # The server reads what was sent a while ago: which row it was is in its message only.
        raise UnstorableRowError(staging.table, [], 1) from error


class _Written:
    """What one COPY has sent: rows one by one, and batches of columns (pyarrow.RecordBatch)."""

    def __init__(self, copy: psycopg.Copy, staging: Staging) -> None:
        self._copy, self._staging = copy, staging
        self._last: int | None = None
        self._encoder: Any = None
        copy.write(_SIGNATURE)

    def write(self, rows: Iterable[Any]) -> int:
        """Send ``rows``; answers how many there were."""
        count = 0
        write_row = self._copy.write_row
        for row in rows:
            if not isinstance(row, tuple):
                count += self._write_columns(row)
                continue
            position = row[0]
            if self._last is not None and position <= self._last:
                self._refuse(position)
            self._last = position
            try:
                write_row(row)
            except (psycopg.DataError, OverflowError, struct.error) as error:
                fault = self._staging.fault(row)
                raise UnstorableRowError(self._staging.table, [fault], 1) from error
            count += 1
        if self._encoder is not None:
            self._copy.write(self._encoder.finish().removesuffix(_TRAILER))
        return count

    def _write_columns(self, batch: Any) -> int:
        if self._encoder is None:
            pgpq = import_module("pgpq")
            self._encoder = pgpq.ArrowToPostgresBinaryEncoder(batch.schema)
            self._encoder.write_header()  # sent already
        first, last = batch.column(0)[0].as_py(), batch.column(0)[-1].as_py()
        if self._last is not None and first <= self._last:
            self._refuse(first)
        self._last = last
        self._copy.write(self._encoder.write_batch(batch))
        return len(batch)

    def _refuse(self, position: int) -> NoReturn:
        raise ValueError(f"{self._staging.table}: position {position} comes after {self._last}")
