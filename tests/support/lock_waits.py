"""Whether somebody waits for a lock in a database: how a test knows that two meet."""

from typing import Final

from sqlalchemy import Engine

_WAITING: Final = (
    "SELECT count(*) > 0 FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def somebody_waits(engine: Engine) -> bool:
    """Whether a connection to the engine's database waits for a lock, as of now."""
    with engine.connect() as connection:
        return bool(connection.exec_driver_sql(_WAITING).scalar())
