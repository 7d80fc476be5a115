"""The databases of tests: all begin as a migrated template has them, which is made once a run.

A test that gets the owner's URL may change everything, and has a database of its own, cloned from
the template. The services' role can change nothing but rows: tests that get its URL alone use one
database of their process after the other, emptied before each. A clone costs a hundred times as
much as that, and a run has a thousand such tests.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from tests.support.engines import LastingEngine
from tests.support.servers import Servers

from common.db import migrate, roles
from common.db.engine import psycopg_url

SERVICE_ROLE = "analytics_service"
_LARGE = 4 * 1024**2
"""Bytes of tables from which on a database is dropped rather than emptied: it is slow by then."""

_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
"""
# Of one session, so that all is planned once. Triggers, policies and references hold it back
# nowhere; to switch them off for a transaction would have everything planned anew.
_MAKE_EMPTIER = """
    SET session_replication_role = replica;
    CREATE FUNCTION pg_temp.empty(most bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT sum(pg_table_size(oid)) > most FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r') THEN
            RETURN false;
        END IF;
        {deletions}
        PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence;
        RETURN true;
    END $$
"""
# Sessions that last have nothing of the last test: no transaction, and no lock.
_END_SESSIONS = """
    SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity a
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND NOT (
        application_name = %s AND state = 'idle'
        AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid))
"""


@dataclass(frozen=True)
class _Kept:
    name: str
    connection: psycopg.Connection


@dataclass
class Databases:
    """Gives databases to the tests of one process."""

    servers: Servers
    template: str
    lasting: LastingEngine = field(default_factory=LastingEngine, init=False)
    _kept: _Kept | None = field(default=None, init=False)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """A migrated database of one's own, as the role that owns it."""
        name = self._clone()
        yield self._url(name)
        drop(self.servers, name)

    def emptied(self) -> str:
        """The database of this process, without a row, as the role that owns it.

        It has no session but those of ``lasting`` that are idle.
        """
        if self._kept is None or not _empty(self._kept.connection, self.lasting.name):
            self.close()
            name = self._clone()
            connection = psycopg.connect(_plain(self._url(name)), autocommit=True)
            _prepare(connection)
            self._kept = _Kept(name, connection)
        return self._url(self._kept.name)

    def as_service(self, owner_url: str) -> str:
        """A database's URL as the services' restricted role."""
        return service_url(self.servers, psycopg_url(owner_url).database or "")

    def close(self) -> None:
        """Drop the database of this process."""
        self.lasting.close()
        if self._kept is not None:
            self._kept.connection.close()
            drop(self.servers, self._kept.name)
            self._kept = None

    def _url(self, name: str) -> str:
        return _at(self.servers.owner_url, name)

    def _clone(self) -> str:
        """A new database; its files are copied, since to log every page costs three times that."""
        name = f"test_{secrets.token_hex(8)}"
        _run(
            self.servers,
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(self.template)
            ),
        )
        return name


def _prepare(connection: psycopg.Connection) -> None:
    """Make what empties the database, where its role may switch triggers off: a superuser."""
    if not _may_empty(connection):
        return
    tables = [name for (name,) in connection.execute(_TABLES)]
    deletions = sql.SQL(" ").join(
        sql.SQL("DELETE FROM {};").format(sql.Identifier(name)) for name in tables
    )
    connection.execute(sql.SQL(_MAKE_EMPTIER).format(deletions=deletions))


def _may_empty(connection: psycopg.Connection) -> bool:
    return connection.info.parameter_status("is_superuser") == "on"


def _empty(connection: psycopg.Connection, lasting: str) -> bool:
    """Take all rows away and end all sessions but the ``lasting``; False if a clone is better.

    Another role's database is cloned again, and so is one whose connection a test has broken.
    """
    if not _may_empty(connection):
        return False
    try:
        connection.execute(_END_SESSIONS, [lasting])
        found = connection.execute("SELECT pg_temp.empty(%s)", [_LARGE]).fetchone()
    except psycopg.OperationalError:
        return False
    return found == (True,)


def create_template(servers: Servers) -> str:
    """The name of a new migrated database that nobody connects to: others are cloned from it."""
    name = f"template_{secrets.token_hex(6)}"
    _run(servers, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    owner = _at(servers.owner_url, name)
    migrate.upgrade(owner)
    roles.ensure_service_role(owner, service_url(servers, name))
    return name


def drop(servers: Servers, name: str) -> None:
    """Drop a database, whoever is connected."""
    _run(servers, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def service_url(servers: Servers, database: str) -> str:
    """A database of these servers as the services' restricted role."""
    url = psycopg_url(servers.owner_url).set(
        username=SERVICE_ROLE, password="service-in-tests", database=database
    )
    return url.render_as_string(hide_password=False)


def _run(servers: Servers, statement: sql.Composed) -> None:
    with psycopg.connect(_plain(servers.owner_url), autocommit=True) as connection:
        connection.execute(statement)


def _at(url: str, database: str) -> str:
    return psycopg_url(url).set(database=database).render_as_string(hide_password=False)


def _plain(url: str) -> str:
    """A URL as libpq takes it."""
    plain = psycopg_url(url).set(drivername="postgresql")
    return plain.render_as_string(hide_password=False)
