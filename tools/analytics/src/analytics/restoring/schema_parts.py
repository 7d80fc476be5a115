"""What a schema consists of by name, and what a restored one lacks of it.

A restore that ended half-way leaves the tables that it came to, and the revision of a whole schema.
What there should be is asked of a database that is migrated to that revision for this, and dropped.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

from common.db.engine import create_database_engine, psycopg_url
from common.db.migrate import upgrade

_PARTS: Final = text(
    """
    SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END, relname
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
    UNION ALL SELECT 'index', indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'policy', tablename || '.' || policyname FROM pg_policies
    WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger', c.relname || '.' || t.tgname
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'constraint', c.relname || '.' || k.conname
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL SELECT 'function', proname || '(' || pg_get_function_identity_arguments(oid) || ')'
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """
)


def parts_of(connection: Connection) -> frozenset[str]:
    """The tables, policies, triggers, functions, constraints and indexes that there are."""
    return frozenset(f"{kind} {name}" for kind, name in connection.execute(_PARTS))


def missing(connection: Connection, owner_url: str, revision: str) -> list[str]:
    """What the schema of a revision has, and this database has not.

    Raises:
        psycopg.Error, sqlalchemy.exc.DBAPIError: no database could be made to compare with.
    """
    with _migrated(owner_url, revision) as whole:
        return sorted(parts_of(whole) - parts_of(connection))


@contextmanager
def _migrated(owner_url: str, revision: str) -> Iterator[Connection]:
    name = f"schema_{secrets.token_hex(8)}"
    server, own = psycopg_url(owner_url), psycopg_url(owner_url).set(database=name)
    with psycopg.connect(
        server.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as maker:
        maker.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        url = own.render_as_string(hide_password=False)
        engine = create_database_engine(url, application_name="analytics-check", pool_size=1)
        try:
            upgrade(url, revision)
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()
            maker.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
