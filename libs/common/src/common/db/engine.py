"""One way to an engine, and the check that its role is held by row-level security.

Transactions run in UTC, and their statements have a time limit, which holds for a server that hangs
as well; one that is gone is noticed when a connection is taken from the pool. Nothing connects
before the first query. Nothing is set for a session: behind a pooler that gives every transaction
another one (PgBouncer) it would be the next client's.
"""

from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect, ExecutionContext
from sqlalchemy.pool import ConnectionPoolEntry

from common.db.read_timeout import GRACE_SECONDS, TimeoutConnection

CONNECT_TIMEOUT_SECONDS = 5
STATEMENT_TIMEOUT_SECONDS = 30


TIME_LIMIT: Final = "analytics_time_limit"
"""The execution option that says how many ms a statement may take."""
SETS_LIMITS: Final = "analytics_sets_limits"
"""The execution option of who sets zone and time limit with another statement of theirs."""
_PLAIN: Final = {"no_parameters": True}
_POOL: Final = "analytics_pool"
"""What a connection's entry has for the pool that it was made for."""
_PREPARE_AFTER: Final = 5
"""Uses of a statement: psycopg's own default."""


class UnsafeDatabaseRoleError(Exception):
    """The service's role could read across tenants; it must not start."""

    def __init__(self, role: str, reason: str) -> None:
        super().__init__(f"database role {role!r} {reason}: give the service a role that cannot")
        self.role = role
        self.reason = reason


def limits(connection: Connection) -> str:
    """What every transaction begins with: its zone, and the time limit of its statements."""
    time_limit = connection.get_execution_options().get(TIME_LIMIT, 0)
    return f"SET LOCAL timezone = 'UTC'; SET LOCAL statement_timeout = {time_limit:d}"


def settle(connection: Connection, settings: str) -> None:
    """Execute statements that set something, in one message to the server.

    Where tables are distributed by Citus, a setting reaches other servers only by ``SET LOCAL``.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer, or refuses.
    """
    connection.exec_driver_sql(settings, execution_options=_PLAIN)


def psycopg_url(url: str) -> URL:
    """``url`` with the psycopg 3 driver, however it was spelled (``postgres://`` included)."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in {"postgres", "postgresql"}:
        msg = "a database URL starts with postgresql://"
        raise ValueError(msg)
    return make_url(f"postgresql+psycopg://{rest}")


def _without_threshold(url: URL) -> tuple[URL, int | None]:
    """A URL without ``prepare_threshold``, and what that says; None is never."""
    told = url.query.get("prepare_threshold", str(_PREPARE_AFTER))
    if not isinstance(told, str) or not told.isdecimal():
        msg = "prepare_threshold has to be a number; 0 prepares nothing"
        raise ValueError(msg)
    return url.difference_update_query(["prepare_threshold"]), int(told) or None


def create_database_engine(
    url: str,
    *,
    application_name: str,
    pool_size: int = 5,
    statement_timeout_seconds: int = STATEMENT_TIMEOUT_SECONDS,
) -> Engine:
    """An engine of at most ``pool_size`` connections; it connects on first use.

    ``prepare_threshold`` in the URL's query is after how often a statement is prepared; 0 is never,
    for poolers that know no prepared statements.

    Raises:
        ValueError: ``url`` is no PostgreSQL URL, or has a threshold that is no number.
    """
    address, threshold = _without_threshold(psycopg_url(url))
    engine = create_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # errors are logged: values have no place in them
        pool_pre_ping=True,
        pool_timeout=CONNECT_TIMEOUT_SECONDS,
        connect_args={
            "application_name": application_name,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "prepare_threshold": threshold,
        },
        execution_options={TIME_LIMIT: statement_timeout_seconds * 1000},
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(SETS_LIMITS):
            settle(connection, limits(connection))

    @event.listens_for(engine, "do_execute_no_params")
    def _execute(cursor: Any, statement: str, _: ExecutionContext | None) -> bool:
        cursor.execute(statement, prepare=False)  # several statements cannot be prepared
        return True

    _listen_to_connections(engine, statement_timeout_seconds)
    return engine


def _listen_to_connections(engine: Engine, statement_timeout_seconds: int) -> None:
    """Bound how long a connection of the pool waits for an answer, and close what nobody takes."""

    @event.listens_for(engine, "do_connect")
    def _connect(
        _: Dialect, entry: ConnectionPoolEntry, arguments: list[Any], named: dict[str, Any]
    ) -> TimeoutConnection:
        entry.info[_POOL] = id(engine.pool)
        connection = TimeoutConnection.connect(*arguments, **named)
        connection.statement_timeout_seconds = min(
            CONNECT_TIMEOUT_SECONDS, statement_timeout_seconds
        )
        return connection

    @event.listens_for(engine, "checkout")
    @event.listens_for(engine, "checkin")
    def _usual(connection: DBAPIConnection | None, *_: object) -> None:
        if isinstance(connection, TimeoutConnection):
            connection.statement_timeout_seconds = statement_timeout_seconds

    @event.listens_for(engine, "checkin")
    def _close_late(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        if entry.info.get(_POOL) != id(engine.pool):
            entry.close()  # it comes back to a pool that was disposed of: nobody takes it again


def answer_seconds(engine: Engine) -> float:
    """How long a server's answer takes at most, with the way to a connection, unless it hangs."""
    limit: int = engine.get_execution_options().get(TIME_LIMIT, STATEMENT_TIMEOUT_SECONDS * 1000)
    return CONNECT_TIMEOUT_SECONDS + limit / 1000 + GRACE_SECONDS


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
