"""Temporary tables of a load: filled by queries, and kept by the session for the next load.

A load has some thirty, and to make and drop them took half of what the server did for one order.
Their rows end with the transaction. Behind a pooler a session may have those of another process,
which may be of another release, with other columns: these are dropped.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, Self

import psycopg
from psycopg import sql
from psycopg.abc import Params, QueryNoTemplate
from psycopg.types.numeric import Int4

_STATEMENTS: Final = 256
_OURS: Final = f"staging_of_{secrets.token_hex(8)}"
"""A table that tells by its name that the others of the session are of this process."""
_FIND: Final = """
    SELECT relname FROM pg_class
    WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'
      AND age(relfrozenxid) < 50000000
"""
_DROP: Final = "DISCARD TEMPORARY"
_MARK: Final = sql.SQL("CREATE TEMPORARY TABLE {} ()").format(sql.Identifier(_OURS)).as_bytes()


class Cursor(psycopg.Cursor[Any]):
    """A cursor whose statements name their tenant: ``%(tenant_id)s`` is given to each."""

    def __init__(self, connection: psycopg.Connection[Any], tenant_id: int) -> None:
        super().__init__(connection)
        self.tenant_id = tenant_id
        self.kept: set[str] = set()
        """Temporary tables that the session has from earlier loads, empty."""
        self._given = {"tenant_id": Int4(tenant_id)}

    def execute(  # type: ignore[override] # parameters of a load have names
        self,
        query: QueryNoTemplate,
        params: Params | None = None,
        *,
        prepare: bool | None = None,
        binary: bool | None = None,
    ) -> Self:
        """Execute a statement; ``params`` by names."""
        if params is not None and not isinstance(params, Mapping):
            msg = "parameters of a load have names"
            raise TypeError(msg)
        given = {**self._given, **(params or {})}
        return super().execute(query, given, prepare=prepare, binary=binary)


@dataclass(frozen=True, slots=True)
class Columns:
    """A temporary table by its name and the types of its columns."""

    name: str
    columns: tuple[tuple[str, str], ...]

    def names(self) -> sql.Composed:
        """The names of its columns, for a statement."""
        return sql.SQL(", ").join(sql.Identifier(name) for name, _ in self.columns)


def columns(name: str, /, **types: str) -> Columns:
    """A temporary table of these columns."""
    return Columns(name, tuple(types.items()))


def find_kept(cursor: Cursor) -> None:
    """Find out which temporary tables of earlier loads the session has.

    Tables that are 50 M transactions old are made anew: nothing else frees the server of keeping
    the identifiers of these.
    """
    found = {name for (name,) in cursor.execute(_FIND)}
    if _OURS in found:
        cursor.kept = found - {_OURS}
        return
    cursor.execute(_DROP)
    cursor.execute(_MARK)


def derive(
    cursor: Cursor, table: str | Columns, query: str, params: Mapping[str, Any] | None = None
) -> int:
    """Keep the rows of ``query`` as a temporary table; answers how many they are.

    A table that several queries fill, or that is left empty, names its columns; else they are
    those of the query.
    """
    if isinstance(table, Columns):
        leave_empty(cursor, table)
        name, statement = table.name, _fill(table, query)
    elif table in cursor.kept:
        cursor.kept.remove(table)
        name, statement = table, _fill_again(table, query)
    else:
        name, statement = table, _create_as(table, query)
    cursor.execute(statement, params)
    count = cursor.rowcount
    if count:
        cursor.execute(analyze(name))
    return count


def leave_empty(cursor: Cursor, table: Columns) -> None:
    """Have a temporary table without rows."""
    if table.name in cursor.kept:
        cursor.kept.remove(table.name)
    else:
        cursor.execute(_create(table))


@cache
def _create(table: Columns) -> bytes:
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
        for column, kind in table.columns
    )
    statement = sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DELETE ROWS")
    return statement.format(sql.Identifier(table.name), columns).as_bytes()


@cache
def analyze(name: str) -> bytes:
    """The statement that counts the rows of a temporary table."""
    return sql.SQL("ANALYZE {}").format(sql.Identifier(name)).as_bytes()


@lru_cache(_STATEMENTS)
def _create_as(name: str, query: str) -> bytes:
    statement = sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DELETE ROWS AS {}")
    return statement.format(sql.Identifier(name), sql.SQL(query)).as_bytes()


@lru_cache(_STATEMENTS)
def _fill_again(name: str, query: str) -> bytes:
    return sql.SQL("INSERT INTO {} {}").format(sql.Identifier(name), sql.SQL(query)).as_bytes()


@lru_cache(_STATEMENTS)
def _fill(table: Columns, query: str) -> bytes:
    statement = sql.SQL("INSERT INTO {} ({names}) SELECT {names} FROM ({}) filling")
    return statement.format(
        sql.Identifier(table.name), sql.SQL(query), names=table.names()
    ).as_bytes()
