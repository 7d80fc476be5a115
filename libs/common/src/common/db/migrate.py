"""Bring a database to this version's schema, one migrator at a time.

Runs as the role that owns the tables. A session-level advisory lock queues concurrent migrators;
a lock time-out keeps a migration from stalling the services behind it.
"""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from common.db.engine import create_database_engine
from common.db.revisions import current, head

_ADVISORY_LOCK = 0x5A1E5  # any constant will do, as long as it never changes
_WAIT_FOR_OTHER_MIGRATOR = "60s"
_WAIT_FOR_TABLE = "5s"
_STATEMENT_TIMEOUT_SECONDS = 600


class NewerSchemaError(Exception):
    """The database was migrated by a later version of this code; it is left as it is."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"its tables are of a later version (revision {revision}, this one knows"
            f" {head()} at most): run that version"
        )
        self.revision = revision


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "common.db:migrations")
    config.set_main_option("path_separator", "os")
    return config


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Migrate the database behind ``owner_url`` to ``revision``; a no-op when it is there already.

    Raises:
        NewerSchemaError: the database knows a revision that this code does not.
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
            _refuse_newer(config, current(connection))
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
    finally:
        engine.dispose()  # closing the session gives the advisory lock back


def _refuse_newer(config: Config, revision: str | None) -> None:
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise NewerSchemaError(revision)
