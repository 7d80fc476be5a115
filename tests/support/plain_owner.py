"""A database whose owner is no superuser: row-level security holds the role as in production."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from tests.support.servers import Servers

from common.db import migrate, roles
from common.db.engine import psycopg_url


@contextmanager
def plainly_owned(servers: Servers, revision: str = "head") -> Iterator[str]:
    """The URL of a database that is migrated to ``revision``, as the role that owns it."""
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
        migrate.upgrade(url, revision)
        yield url
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            connection.execute(text(f"DROP ROLE {name}"))
        admin.dispose()
