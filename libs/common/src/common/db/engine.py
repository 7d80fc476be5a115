"""One way to an engine, and the check that its role is held by row-level security.

Sessions run in UTC. Statements have a time limit, which holds for a server that hangs as well; one
that is gone is noticed when a connection is taken from the pool. Nothing connects before the first
query.
"""

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.pool import ConnectionPoolEntry

from common.db.read_timeout import TimeoutConnection

CONNECT_TIMEOUT_SECONDS = 5
STATEMENT_TIMEOUT_SECONDS = 30


class UnsafeDatabaseRoleError(Exception):
    """The service's role could read across tenants; it must not start."""

    def __init__(self, role: str, reason: str) -> None:
        super().__init__(f"database role {role!r} {reason}: give the service a role that cannot")
        self.role = role
        self.reason = reason


def psycopg_url(url: str) -> URL:
    """``url`` with the psycopg 3 driver, however it was spelled (``postgres://`` included)."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in {"postgres", "postgresql"}:
        msg = "a database URL starts with postgresql://"
        raise ValueError(msg)
    return make_url(f"postgresql+psycopg://{rest}")


def create_database_engine(
    url: str,
    *,
    application_name: str,
    pool_size: int = 5,
    statement_timeout_seconds: int = STATEMENT_TIMEOUT_SECONDS,
) -> Engine:
    """An engine of at most ``pool_size`` connections; it connects on first use.

    Raises:
        ValueError: ``url`` is no PostgreSQL URL.
    """
    options = f"-c timezone=UTC -c statement_timeout={statement_timeout_seconds * 1000}"
    engine = create_engine(
        psycopg_url(url),
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # errors are logged: values have no place in them
        pool_pre_ping=True,
        pool_timeout=CONNECT_TIMEOUT_SECONDS,
        connect_args={
            "application_name": application_name,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "options": options,
        },
    )

    @event.listens_for(engine, "do_connect")
    def _connect(
        _: Dialect, __: ConnectionPoolEntry, arguments: list[Any], named: dict[str, Any]
    ) -> TimeoutConnection:
        connection = TimeoutConnection.connect(*arguments, **named)
        connection.statement_timeout_seconds = statement_timeout_seconds
        return connection

    @event.listens_for(engine, "checkin")
    def _returned(connection: DBAPIConnection | None, _: ConnectionPoolEntry) -> None:
        if isinstance(connection, TimeoutConnection):
            connection.statement_timeout_seconds = statement_timeout_seconds

    return engine


def create_service_engine(
    url: str,
    *,
    application_name: str,
    pool_size: int = 5,
    statement_timeout_seconds: int = STATEMENT_TIMEOUT_SECONDS,
) -> Engine:
    """An engine whose pool takes no connection of a role that could read across tenants.

    The check is one query for each new connection; a refused one raises
    ``UnsafeDatabaseRoleError`` where it was asked for.

    Raises:
        ValueError: ``url`` is no PostgreSQL URL.
    """
    engine = create_database_engine(
        url,
        application_name=application_name,
        pool_size=pool_size,
        statement_timeout_seconds=statement_timeout_seconds,
    )

    @event.listens_for(engine, "connect")
    def _check(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(_ROLE_FACTS)
        role, superuser, bypasses, owns = cursor.fetchall()[0]
        cursor.close()
        connection.rollback()
        _refuse_unsafe(role, superuser, bypasses, owns)

    return engine


_ROLE_FACTS = """
    SELECT current_user AS role,
           bool_or(r.rolsuper) AS superuser,
           bool_or(r.rolbypassrls) AS bypasses,
           EXISTS (
               SELECT FROM pg_class c
               WHERE c.relrowsecurity AND c.relkind IN ('r', 'p')
                 AND pg_has_role(current_user, c.relowner, 'MEMBER')
           ) AS owns
    FROM pg_roles r
    WHERE pg_has_role(current_user, r.oid, 'MEMBER')
    """


def require_restricted_role(connection: Connection) -> None:
    """Refuse a role, or a membership, that row-level security does not hold.

    Raises:
        UnsafeDatabaseRoleError: the role is or may become a superuser, one that bypasses row-level
            security, or the owner of a table under it.
    """
    _refuse_unsafe(*connection.execute(text(_ROLE_FACTS)).one())


def _refuse_unsafe(role: str, superuser: bool, bypasses: bool, owns: bool) -> None:
    for unsafe, reason in (
        (superuser, "is or may become a superuser"),
        (bypasses, "may bypass row-level security"),
        (owns, "owns the tenants' tables"),
    ):
        if unsafe:
            raise UnsafeDatabaseRoleError(role, reason)
