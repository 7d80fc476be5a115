"""Bring rows to the server as they come: COPY into temporary tables.

COPY FROM is refused on a table under row-level security, and a row must be looked at beside the
others before it may enter the ledger, so everything is staged first. The tables end with the
transaction; nothing here holds more than a buffer of the input.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, NoReturn, Self

import psycopg
from psycopg import sql
from psycopg.abc import Params, QueryNoTemplate
from psycopg.copy import QueuedLibpqWriter
from psycopg.types.numeric import Int4

from ingest.ledger.errors import Fault, UnstorableRowError
from ingest.ledger.order_runs import RunLine
from ingest.rows import GapRow, ProductRow, RefundRow, StockRow

FEW: Final = 1_000
"""Orders that are looked up each by itself; for more the ledger is asked first if it need be."""
_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""What a COPY in PostgreSQL's binary format begins with: no flags, no extension."""
_TRAILER: Final = b"\xff\xff"

_TEXT, _WHOLE, _INSTANT, _TRUTH = "text", "int8", "timestamptz", "bool"


class Cursor(psycopg.Cursor[Any]):
    """A cursor whose statements name their tenant: ``%(tenant_id)s`` is given to each.

    Nothing is prepared: a load's tables and their sizes are its own.
    """

    def __init__(self, connection: psycopg.Connection[Any], tenant_id: int) -> None:
        super().__init__(connection)
        self.tenant_id = tenant_id
        self._given = {"tenant_id": Int4(tenant_id)}

    def execute(  # type: ignore[override] # parameters of a load have names
        self,
        query: QueryNoTemplate,
        params: Params | None = None,
        *,
        prepare: bool | None = False,
        binary: bool | None = None,
    ) -> Self:
        """Execute a statement; ``params`` by names."""
        if params is not None and not isinstance(params, Mapping):
            msg = "parameters of a load have names"
            raise TypeError(msg)
        given = {**self._given, **(params or {})}
        return super().execute(query, given, prepare=prepare, binary=binary)


@dataclass(frozen=True, slots=True)
class Staging:
    """A temporary table: the ledger's ``table`` it is for, its name, columns, and the ids."""

    table: str
    name: str
    columns: tuple[tuple[str, str], ...]
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
    columns = tuple((name, types.get(name, _TEXT)) for name in row._fields)
    return Staging(
        table, f"staged_{table}", columns, tuple(row._fields.index(name) for name in ids)
    )


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
    name = sql.Identifier(staging.name)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
        for column, kind in staging.columns
    )
    cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(name, columns))
    count = _copy(cursor, staging, rows)
    if count:
        cursor.execute(sql.SQL("ANALYZE {}").format(name))
    return count


def derive(cursor: Cursor, name: str, query: str) -> int:
    """Keep the rows of ``query`` as the temporary table ``name``; answers how many they are."""
    statement = sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS {}")
    cursor.execute(statement.format(sql.Identifier(name), sql.SQL(query)))
    count = cursor.rowcount
    if count:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(name)))
    return count


def _copy(cursor: Cursor, staging: Staging, rows: Iterable[Any]) -> int:
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(sql.Identifier(staging.name))
    try:
        # A thread sends, so that the next rows are read while the server is busy with these.
        with cursor.copy(statement, writer=QueuedLibpqWriter(cursor)) as copy:
            copy.set_types([kind for _, kind in staging.columns])
            return _Written(copy, staging).write(rows)
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
