"""The role the services log in with: it owns nothing and cannot bypass row-level security.

The migrations grant the tables to the group ``analytics_app``; a service's login role is a member
of it and nothing else.
"""

from typing import Final

from psycopg import sql
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from common.db.engine import create_database_engine, psycopg_url

APPLICATION_GROUP = "analytics_app"

LOST_SECONDS: Final = 10
"""After so long the server gives up a client whose host is gone, and with it what it had locked: as
long as a lease on a computation lasts. The kernel's own time is two hours."""
_PROBES: Final = 3
_SETTINGS: Final = {
    "tcp_keepalives_idle": LOST_SECONDS - 2 * _PROBES,
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": _PROBES,
    "tcp_user_timeout": LOST_SECONDS * 1000,
    "client_connection_check_interval": LOST_SECONDS * 1000,
}
"""Of every session of the role: nothing is set by who connects, for a pooler's sake."""

_AT_ONCE: Final = frozenset({"XX000", "23505", "42710"})
"""What a change of a role fails with that another has changed, or made, meanwhile."""
_MOST_TRIES: Final = 20


def may_bypass(connection: Connection) -> bool:
    """Whether the connection's role is a superuser or may bypass row-level security."""
    return bool(
        connection.scalar(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        )
    )


def ensure_service_role(owner_url: str, service_url: str) -> None:
    """Create, or set right, the login role that ``service_url`` names, password included.

    Raises:
        ValueError: ``service_url`` lacks a user or a password.
        sqlalchemy.exc.DBAPIError: the owner may not create roles.
    """
    url = psycopg_url(service_url)
    if not url.username or not url.password:
        msg = "the service's database URL needs a user and a password"
        raise ValueError(msg)
    engine = create_database_engine(owner_url, application_name="analytics-roles", pool_size=1)
    try:
        # Roles belong to the whole server and locks to a database: several databases may be set up
        # at the same time, and of those who change one role each has its turn.
        for left in reversed(range(_MOST_TRIES)):
            try:
                with engine.begin() as connection:
                    _ensure(connection, url.username, url.password)
            except DBAPIError as error:
                if left == 0 or getattr(error.orig, "sqlstate", None) not in _AT_ONCE:
                    raise
            else:
                return
    finally:
        engine.dispose()


def _ensure(connection: Connection, name: str, password: str) -> None:
    known = connection.scalar(
        text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": name}
    )
    role = sql.Identifier(name)
    verb = sql.SQL("ALTER" if known else "CREATE")
    login = sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
    for statement in (
        sql.SQL("{} ROLE {} {} PASSWORD {}").format(verb, role, login, sql.Literal(password)),
        sql.SQL("GRANT {} TO {}").format(sql.Identifier(APPLICATION_GROUP), role),
        *(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(setting), value)
            for setting, value in _SETTINGS.items()
        ),
    ):
        connection.exec_driver_sql(statement.as_string(), execution_options={"no_parameters": True})
