"""A database whose owner is no superuser: row-level security holds the role as in production."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from sqlalchemy import Engine, create_engine, text
from tests.support.databases import service_url
from tests.support.servers import Servers

from common.db import migrate, roles
from common.db.engine import create_database_engine, psycopg_url


@contextmanager
def plainly_owned(servers: Servers) -> Iterator[str]:
    """The URL of a migrated database, as the role that owns it."""
    name, password = f"owner_{secrets.token_hex(8)}", secrets.token_hex(16)
    admin = create_engine(psycopg_url(servers.owner_url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for statement in (
            f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD '{password}'",
            f"GRANT {roles.APPLICATION_GROUP} TO {name} WITH ADMIN OPTION",
            f"CREATE DATABASE {name} OWNER {name}",
        ):
            connection.execute(text(statement))
    owned = psycopg_url(servers.owner_url).set(username=name, password=password, database=name)
    url = owned.render_as_string(hide_password=False)
    try:
        migrate.upgrade(url)
        yield url
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            connection.execute(text(f"DROP ROLE {name}"))
        admin.dispose()


@contextmanager
def as_service(servers: Servers, url: str) -> Iterator[Engine]:
    """An engine of a database of theirs in the services' restricted role."""
    name = str(psycopg_url(url).database)
    everything = psycopg_url(servers.owner_url).set(database=name)
    service = service_url(servers, name)
    roles.ensure_service_role(everything.render_as_string(hide_password=False), service)
    engine = create_database_engine(service, application_name="test", pool_size=2)
    yield engine
    engine.dispose()


def undo_migrations(url: str, revision: str) -> None:
    """Undo the migrations after ``revision``; rows stay, as a release of then has them."""
    engine = create_engine(psycopg_url(url))
    with engine.connect() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()
    engine.dispose()
