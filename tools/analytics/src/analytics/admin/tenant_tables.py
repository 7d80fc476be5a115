"""A tenant's rows in every table there is.

Which tables those are is asked of the database, so that a new one is not forgotten.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, LiteralString

from psycopg import sql
from sqlalchemy import Connection, TextClause, text

from common.db.engine import settle
from common.db.ledger_writer import by_statements
from common.db.tenancy import Access, settings_of

_TABLES: Final = text(
    """
    SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS held
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT a.attisdropped ORDER BY c.relname
    """
)
_OWNS: Final = text(
    """
    SELECT pg_has_role(current_user, c.relowner, 'USAGE') OR r.rolbypassrls
    FROM pg_class c, pg_roles r
    WHERE c.oid = to_regclass('public.tenants') AND r.rolname = current_user
    """
)
_NEWEST: Final = text("SELECT max(at) FROM audit_entries WHERE tenant_id = :tenant_id")
_REFERRING: Final = tuple(
    text(f"DELETE FROM {table} WHERE tenant_id = :tenant_id")  # noqa: S608 - names of ours
    for table in ("refunds", "order_lines", "orders", "customers", "shares", "imports")
)
"""Each before what it refers to; links and imports refer to who made them."""
_ACCOUNT: Final = text("SELECT FROM admins WHERE id = :admin_id FOR UPDATE")
_ELSEWHERE: Final = text("SELECT admin_id FROM memberships WHERE admin_id = :admin_id LIMIT 1")


def on_behalf_of(connection: Connection, tenant_id: int) -> None:
    """Let the transaction see a tenant's rows: the owner is held by row-level security too."""
    settle(connection, settings_of(Access(tenant_id=tenant_id)))


def owns_tables(connection: Connection) -> bool:
    """Whether the role owns the tables, or is above row-level security: else it sees no tenant."""
    found: bool | None = connection.scalar(_OWNS)
    return found is not False


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
    with by_statements(connection.exec_driver_sql):
        for statement in _REFERRING:
            connection.execute(statement, mine)
        connection.execute(text("DELETE FROM tenants WHERE id = :tenant_id"), mine)
        delete_rows(connection, tenant_id)  # of tables that do not refer to it


def is_member(connection: Connection, admin_id: int) -> bool:
    """Whether the admin is a member of a tenant of the server; the transaction is theirs now.

    Nobody makes them one until its end: the account's row is locked, and whoever was about to is
    waited for.
    """
    connection.execute(_ACCOUNT, {"admin_id": admin_id})
    settle(connection, settings_of(Access(admin_id=admin_id)))
    return connection.scalar(_ELSEWHERE, {"admin_id": admin_id}) is not None


def delete_people(connection: Connection, admin_ids: Iterable[int]) -> int:
    """Delete those admins who are a member of no tenant of the server; how many they were."""
    gone = 0
    for admin_id in sorted(admin_ids):
        if not is_member(connection, admin_id):
            delete_person(connection, admin_id)
            gone += 1
    return gone


def delete_person(connection: Connection, admin_id: int) -> None:
    """Delete an account, or a copy of one."""
    connection.execute(text("DELETE FROM admins WHERE id = :admin_id"), {"admin_id": admin_id})


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
