"""A tenant's rows in every table there is.

Which tables those are is asked of the database, so that a new one is not forgotten.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, LiteralString

from psycopg import sql
from sqlalchemy import Connection, TextClause, text

_TABLES: Final = text(
    """
    SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS held
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT a.attisdropped ORDER BY c.relname
    """
)
_NEWEST: Final = text("SELECT max(at) FROM audit_entries WHERE tenant_id = :tenant_id")
_ELSEWHERE: Final = text("SELECT admin_id FROM memberships WHERE admin_id = :admin_id LIMIT 1")
_AS_ADMIN: Final = text("SELECT set_config('app.admin_id', :admin_id, true)")
_FOR: Final = text("SELECT set_config('app.tenant_id', :tenant_id, true)")


def on_behalf_of(connection: Connection, tenant_id: int) -> None:
    """Let the transaction see a tenant's rows: the owner is held by row-level security too."""
    connection.execute(_FOR, {"tenant_id": str(tenant_id)})


def newest_entry(connection: Connection, tenant_id: int) -> datetime | None:
    """When the last thing was done that the tenant's audit log tells of."""
    found: datetime | None = connection.scalar(_NEWEST, {"tenant_id": tenant_id})
    return found


def tenant_tables(connection: Connection) -> dict[str, bool]:
    """The tables with a ``tenant_id``, and whether row-level security holds each."""
    return {row.name: row.held for row in connection.execute(_TABLES)}


def rows_of(connection: Connection, tenant_id: int) -> dict[str, int]:
    """How many rows each table has of the tenant on whose behalf the transaction runs."""
    return {name: _count(connection, name, tenant_id) for name in tenant_tables(connection)}


def delete_tenant(connection: Connection, tenant_id: int) -> None:
    """Delete the tenant and every row of it: it is the one on whose behalf the transaction runs."""
    mine = {"tenant_id": tenant_id}
    # Orders first, as refunds refer to them and to products; their lines go by a trigger.
    connection.execute(text("DELETE FROM orders WHERE tenant_id = :tenant_id"), mine)
    connection.execute(text("DELETE FROM customers WHERE tenant_id = :tenant_id"), mine)
    connection.execute(text("DELETE FROM tenants WHERE id = :tenant_id"), mine)
    delete_rows(connection, tenant_id)  # of tables that do not refer to it


def delete_people(connection: Connection, admin_ids: Iterable[int]) -> int:
    """Delete those admins who are a member of no tenant of the server; how many they were."""
    gone = 0
    for admin_id in admin_ids:
        connection.execute(_AS_ADMIN, {"admin_id": str(admin_id)})
        if connection.scalar(_ELSEWHERE, {"admin_id": admin_id}) is None:
            person = {"admin_id": admin_id}
            connection.execute(text("DELETE FROM admins WHERE id = :admin_id"), person)
            gone += 1
    return gone


def delete_rows(connection: Connection, tenant_id: int) -> None:
    """Delete the tenant's rows from every table, whatever refers to what."""
    for name in tenant_tables(connection):
        connection.execute(_of_tenant("DELETE FROM {}", name), {"tenant_id": tenant_id})


def _count(connection: Connection, table: str, tenant_id: int) -> int:
    counted = _of_tenant("SELECT count(*) FROM {}", table)
    found: int = connection.execute(counted, {"tenant_id": tenant_id}).scalar_one()
    return found


def _of_tenant(statement: LiteralString, table: str) -> TextClause:
    named = sql.SQL(statement).format(sql.Identifier(table))
    return text(f"{named.as_string()} WHERE tenant_id = :tenant_id")
