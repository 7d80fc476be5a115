"""The role the services log in with: it owns nothing and cannot bypass row-level security.

The migrations grant the tables to the group ``analytics_app``; a service's login role is a member
of it and nothing else.
"""

from psycopg import sql
from sqlalchemy import Connection, text

from common.db.engine import create_database_engine, psycopg_url

APPLICATION_GROUP = "analytics_app"


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
    role = sql.Identifier(url.username)
    engine = create_database_engine(owner_url, application_name="analytics-roles", pool_size=1)
    try:
        with engine.begin() as connection:
            # Roles belong to the whole server: several databases may be set up at the same time.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('analytics roles'))"))
            known = connection.scalar(
                text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": url.username}
            )
            driver = connection.connection.driver_connection
            if driver is None:  # pragma: no cover - SQLAlchemy has just used it
                msg = "the database connection is gone"
                raise RuntimeError(msg)
            verb = sql.SQL("ALTER" if known else "CREATE")
            driver.execute(
                sql.SQL(
                    "{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}"
                ).format(verb, role, sql.Literal(url.password))
            )
            driver.execute(
                sql.SQL("GRANT {} TO {}").format(sql.Identifier(APPLICATION_GROUP), role)
            )
    finally:
        engine.dispose()
