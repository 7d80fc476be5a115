"""A tenant's rows on a server: which tables they are in, in which order, and their fingerprint.

The tables are those of the database's catalogue: one that is added later is moved as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql
from sqlalchemy import Connection, CursorResult, text

from common.db.accounts import Tenant
from common.db.tables import TENANT_TABLES

_COLUMNS: Final = text(
    """
    SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attname) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.relname
    """
)
_WRITTEN_ALIKE: Final = text(
    "SELECT set_config('datestyle', 'ISO', true), set_config('intervalstyle', 'iso_8601', true),"
    " set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true)"
)
TENANT: Final = Tenant.__tablename__
KEY: Final = "tenant_id"
_ARRIVING: Final = Tenant.arriving.key
_REFERRED_FIRST: Final = {model.__tablename__: n for n, model in enumerate(TENANT_TABLES)}


@dataclass(frozen=True, slots=True)
class TenantTable:
    """A table with rows of tenants; ``columns`` are those that are copied, whatever their order."""

    name: str
    columns: tuple[str, ...]

    @property
    def key(self) -> str:
        """The column that says whose a row is."""
        return "id" if self.name == TENANT else KEY

    @property
    def identifier(self) -> sql.Identifier:
        """Its name in statements."""
        return sql.Identifier(self.name)

    @property
    def row(self) -> sql.Composed:
        """The columns in statements."""
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))

    @property
    def moved(self) -> sql.Composed:
        """What the columns are on the other server: the copy of a tenant is arriving."""
        return sql.SQL(", ").join(
            sql.SQL("true") if self._arrives(name) else sql.Identifier(name)
            for name in self.columns
        )

    @property
    def same(self) -> sql.Composed:
        """The columns that are the same on both servers."""
        return sql.SQL(", ").join(
            sql.Identifier(name) for name in self.columns if not self._arrives(name)
        )

    def of(self, tenant_id: int) -> sql.Composed:
        """The condition that a row is the tenant's."""
        return sql.SQL("{} = {}").format(sql.Identifier(self.key), sql.Literal(tenant_id))

    def _arrives(self, column: str) -> bool:
        return (self.name, column) == (TENANT, _ARRIVING)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """How many rows a table has of a tenant, and a sum over their contents in any order."""

    rows: int
    checksum: int


def write_alike(connection: Connection) -> None:
    """Let the transaction write values as every other server does, as text."""
    connection.execute(_WRITTEN_ALIKE)


def columns_of(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Every table of the database, and its columns by name."""
    return {row.name: tuple(row.columns) for row in connection.execute(_COLUMNS)}


def tenant_tables(columns: Mapping[str, tuple[str, ...]]) -> list[TenantTable]:
    """The tables that a tenant has rows in: each after those that it refers to."""
    found = [TenantTable(name, has) for name, has in columns.items() if KEY in has]
    found.sort(
        key=lambda table: (_REFERRED_FIRST.get(table.name, len(_REFERRED_FIRST)), table.name)
    )
    return [TenantTable(TENANT, columns[TENANT]), *found]


def fingerprint(connection: Connection, table: TenantTable, tenant_id: int) -> Fingerprint:
    """The fingerprint of a tenant's rows as the transaction sees them."""
    query = sql.SQL(
        "SELECT count(*) AS rows, coalesce(sum(digest::bit(64)::bigint), 0) AS checksum"
        " FROM (SELECT 'x' || left(md5(ROW({})::text), 16) AS digest FROM {} WHERE {}) AS digests"
    ).format(table.same, table.identifier, table.of(tenant_id))
    found = execute(connection, query).one()
    return Fingerprint(found.rows, int(found.checksum))


def execute(connection: Connection, statement: sql.Composed) -> CursorResult[Any]:
    """Execute a statement that has its values in it, in the connection's transaction."""
    return connection.exec_driver_sql(
        statement.as_string(), execution_options={"no_parameters": True}
    )
