"""Whether somebody waits for a lock in a database: how a test knows that two meet."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from sqlalchemy import Engine
from sqlalchemy.sql import Executable
from tests.support import wait

from common.db.tenancy import Access, transaction

T = TypeVar("T")

_WAITING: Final = (
    "SELECT count(*) > 0 FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def somebody_waits(engine: Engine) -> bool:
    """Whether a connection to the engine's database waits for a lock, as of now."""
    with engine.connect() as connection:
        return bool(connection.exec_driver_sql(_WAITING).scalar())


def overtaken(engine: Engine, tenant_id: int, by: Executable, late: Callable[[], T]) -> T:
    """What ``late`` answers where ``by`` is written before it, and committed once it waits.

    It may also be done by then: it did not look.
    """
    with ThreadPoolExecutor(1) as threads:
        with transaction(engine, Access(tenant_id=tenant_id)) as session:
            session.execute(by)
            began = threads.submit(late)
            wait.until(lambda: began.done() or somebody_waits(engine), "they meet")
        return began.result()
