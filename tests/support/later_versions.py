"""A database as a later version leaves it, which added what this one does not know."""

import psycopg

from common.db.engine import psycopg_url

REVISION = "9999"
_ADDED = """
    ALTER TABLE shares ADD COLUMN added_later text;
    ALTER TABLE orders ADD COLUMN added_later integer NOT NULL DEFAULT 7;
    CREATE TABLE added_later (tenant_id integer NOT NULL, id integer, PRIMARY KEY (tenant_id, id));
"""
_SERVES = """
    CREATE OR REPLACE FUNCTION schema_serves() RETURNS text LANGUAGE sql IMMUTABLE
    RETURN '{}'::text
"""


def migrate_later(owner_url: str, *, serves: str) -> None:
    """Migrate to a later version's schema, which serves code from revision ``serves`` on."""
    plain = psycopg_url(owner_url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        connection.execute(_ADDED)
        connection.execute(_SERVES.format(serves).encode("ascii"))
        connection.execute("UPDATE alembic_version SET version_num = %s", (REVISION,))
