"""Bring a database to this version's schema, one migrator at a time.

Runs as the role that owns the tables. A session-level advisory lock queues concurrent migrators;
a lock time-out keeps a migration from stalling the services behind it.
"""

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from common.db.engine import create_database_engine
from common.db.revisions import Schema, head, read

_ADVISORY_LOCK = 0x5A1E5  # any constant will do, as long as it never changes
_WAIT_FOR_OTHER_MIGRATOR = "60s"
_WAIT_FOR_TABLE = "5s"
_STATEMENT_TIMEOUT_SECONDS = 600


class NewerSchemaError(Exception):
    """A later version migrated the database, which serves this one no more; it is left as it is."""

    def __init__(self, schema: Schema) -> None:
        serves = schema.serves or schema.revision
        super().__init__(
            f"its tables are of a later version (revision {schema.revision}), which serves versions"
            f" from revision {serves} on; this one is of {head()}: run a later one"
        )
        self.schema = schema


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "common.db:migrations")
    config.set_main_option("path_separator", "os")
    return config


def upgrade(owner_url: str, revision: str = "head") -> Schema:
    """Migrate the database behind ``owner_url`` to ``revision``; the schema it has then.

    A no-op when it is there already, or when a later version has migrated it and it still serves
    this one.

    Raises:
        NewerSchemaError: a later version has migrated it, and it does not serve this one.
        sqlalchemy.exc.OperationalError: no connection, or a table stayed locked for too long.
    """
    engine = create_database_engine(
        owner_url,
        application_name="analytics-migrate",
        pool_size=1,
        statement_timeout_seconds=_STATEMENT_TIMEOUT_SECONDS,
    )
    config = _config()
    try:
        with engine.connect() as connection:
            connection.execute(text(f"SET lock_timeout = '{_WAIT_FOR_OTHER_MIGRATOR}'"))
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _ADVISORY_LOCK})
            connection.execute(text(f"SET lock_timeout = '{_WAIT_FOR_TABLE}'"))
            found = read(connection)
            connection.commit()
            if found.is_newer(head()):
                return _supported(found)
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
            return read(connection)
    finally:
        engine.dispose()  # closing the session gives the advisory lock back


def _supported(schema: Schema) -> Schema:
    if not schema.supports(head()):
        raise NewerSchemaError(schema)
    return schema
