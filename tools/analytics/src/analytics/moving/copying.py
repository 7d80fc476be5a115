"""Copies a tenant's rows from server to server by COPY, in parts, and compares what arrived.

Row-level security holds the owner too, and COPY into a table under it is refused: rows come into a
temporary table and are inserted from there.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import chain, islice
from typing import Any, Final

from psycopg import Copy, sql
from sqlalchemy import Connection, text

from accounts.admin_copies import NO_PASSWORD
from analytics.moving.errors import MoveError
from analytics.moving.rows import TENANT, TenantTable, execute, fingerprint

_AT_ONCE: Final = 50_000
"""Rows. What a statement inserts is held by the server until its triggers have run."""
_INCOMING: Final = sql.Identifier("incoming")
_MEMBERS: Final = text(
    "SELECT id, email FROM admins"
    " WHERE id IN (SELECT admin_id FROM memberships WHERE tenant_id = :tenant_id)"
)
_KNOWN: Final = text("SELECT id, email FROM admins WHERE id = ANY(:ids) FOR KEY SHARE")
_COPY: Final = text(
    "INSERT INTO admins (id, email, password_hash) OVERRIDING SYSTEM VALUE"
    " VALUES (:id, :email, :password_hash)"
)


def copy_rows(source: Connection, target: Connection, table: TenantTable, tenant_id: int) -> None:
    """Let a table of the target have the rows that the source's has of a tenant, and no others.

    Both transactions run on the tenant's behalf. What triggers made of rows that came before goes.
    """
    if table.name != TENANT:
        delete = sql.SQL("DELETE FROM {} WHERE {}").format(table.identifier, table.of(tenant_id))
        execute(target, delete)
    chosen = sql.SQL("SELECT {} FROM {} WHERE {}").format(
        table.row, table.identifier, table.of(tenant_id)
    )
    insert = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
        table.identifier, table.row, table.moved, _INCOMING
    )
    _copy(source, target, chosen, table, insert)


def compare(source: Connection, target: Connection, table: TenantTable, tenant_id: int) -> int:
    """How many rows of a tenant a table has on both sides, each the same.

    Raises:
        MoveError: they are not the same.
    """
    ours, theirs = (fingerprint(each, table, tenant_id) for each in (source, target))
    if ours != theirs:
        raise MoveError(
            f"{table.name} came as {theirs.rows} rows of {ours.rows}, or with others in them"
        )
    return ours.rows


def copy_members(source: Connection, target: Connection, tenant_id: int, *, accounts: bool) -> None:
    """Let the target know the people that the tenant's memberships name, as a copy of accounts.

    Those it knows stay as they are. With ``accounts`` it keeps everybody's, as the home: what it
    lacks there would be an account without a password.

    Raises:
        MoveError: the target has another account of an id, or has to have one that it lacks.
    """
    theirs = {row.id: row.email for row in source.execute(_MEMBERS, {"tenant_id": tenant_id})}
    known = {row.id: row.email for row in target.execute(_KNOWN, {"ids": [*theirs]})}
    for admin_id, email in theirs.items():
        if known.get(admin_id, email) != email:
            raise MoveError(
                f"the account {admin_id} is {email} here and {known[admin_id]} on the target:"
                " see `analytics create-admin`, which gives this shop the right one"
            )
        if accounts and admin_id not in known:
            raise MoveError(
                f"home has no account of {email}, who is a member: make it first by"
                " `analytics create-admin`"
            )
    copies = [
        {"id": admin_id, "email": email, "password_hash": NO_PASSWORD}
        for admin_id, email in theirs.items()
        if admin_id not in known
    ]
    if copies:
        target.execute(_COPY, copies)


def _copy(
    source: Connection,
    target: Connection,
    chosen: sql.Composed,
    table: TenantTable,
    insert: sql.Composed,
) -> None:
    """Insert what is chosen at the source into a table of the target, part by part."""
    execute(
        target,
        sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WHERE false").format(
            _INCOMING, table.row, table.identifier
        ),
    )
    take = sql.SQL("COPY {} ({}) FROM STDIN").format(_INCOMING, table.row)
    with _copying(source, sql.SQL("COPY ({}) TO STDOUT").format(chosen)) as found:
        lines: Iterator[Any] = iter(found)  # the server sends each row by itself
        for first in lines:
            with _copying(target, take) as incoming:
                for line in chain((first,), islice(lines, _AT_ONCE - 1)):
                    incoming.write(line)
            execute(target, insert)
            execute(target, sql.SQL("TRUNCATE {}").format(_INCOMING))
    execute(target, sql.SQL("DROP TABLE {}").format(_INCOMING))


def _copying(connection: Connection, statement: sql.Composed) -> AbstractContextManager[Copy]:
    driver: Any = connection.connection.driver_connection
    copying: AbstractContextManager[Copy] = driver.cursor().copy(statement)
    return copying
