"""Working off a tenant's inbox: in batches, and event by event where a batch does not go in.

An event that cannot enter the ledger is tried again later, each time after a longer while, and is a
dead letter after ``MOST_ATTEMPTS``; so is one that ended as many processes. One that cannot be read
is one at once. A database that is busy or gone is no fault of an event's: nothing is counted then,
and all of it stays to be done.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)

from common import instants
from common.db.engine import UnsafeDatabaseRoleError
from common.db.tenancy import TenantDb
from common.db.webhooks import EventState, WebhookEvent
from ingest.ledger.errors import IngestError
from ingest.webhooks.batch import Batch, WorkedElsewhereError
from ingest.webhooks.retries import AFTER, MOST_ATTEMPTS, begin, give_up, next_due, put_back

_LONGEST_REASON: Final = 500
_BUSY: Final = (
    *(OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError),
    *(UnsafeDatabaseRoleError, WorkedElsewhereError),
)
_OF_EVENTS: Final = (
    *(IngestError, ValueError, TypeError, LookupError, ArithmeticError),
    *(DataError, IntegrityError, psycopg.DataError, psycopg.IntegrityError),
)
"""What is an event's own fault, or ours with it."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Worked:
    """What became of a tenant's events: done, failed for now, dead.

    ``version`` is the ledger's after the last change, None without one; ``left`` says that more is
    due and time was up.
    """

    done: int = 0
    failed: int = 0
    dead: int = 0
    version: int | None = None
    left: bool = False


def work_off(
    engine: Engine,
    tenant_id: int,
    *,
    seconds: float = 60,
    now: Callable[[], datetime] = instants.now,
) -> Worked:
    """Work off the tenant's events that are due, for so many seconds at most.

    Where another process is at it, or the ledger is being written, it is left to a later attempt.

    Raises:
        sqlalchemy.exc.DBAPIError, psycopg.Error: the database failed; all of it stays to be done.
    """
    db, worked = TenantDb(engine, tenant_id), Worked()
    until = time.monotonic() + seconds
    worked.dead = give_up(db, now())
    while turn := next_due(db, now()):
        if time.monotonic() >= until:
            worked.left = True
            break
        if not begin(db, turn, now()):
            break
        try:
            _work(db, turn.ids, now, worked)
        except _BUSY as error:
            put_back(db, turn, now())
            if not _is_elsewhere(error):
                raise
            break
    facts = {"tenant_id": tenant_id, "done": worked.done, "dead": worked.dead}
    _log.info("webhooks worked off", extra=facts | {"failed": worked.failed})
    return worked


def _is_elsewhere(error: BaseException) -> bool:
    """Whether it is only that another process works the events off, or loads the ledger."""
    if isinstance(error, WorkedElsewhereError):
        return True
    cause = getattr(error, "orig", None) or error
    return isinstance(cause, psycopg.errors.LockNotAvailable)


def _work(db: TenantDb, ids: Sequence[int], now: Callable[[], datetime], worked: Worked) -> None:
    """Work a batch off; where it does not go in, its halves, down to the event at fault."""
    batch = Batch(db, ids, now())
    try:
        batch.run()
    except _OF_EVENTS as error:
        if len(ids) > 1:
            middle = len(ids) // 2
            _work(db, ids[:middle], now, worked)
            _work(db, ids[middle:], now, worked)
        else:
            _fail(db, ids[0], error, now(), worked)
        return
    worked.done += batch.done
    worked.dead += batch.dead
    worked.version = batch.version or worked.version


def _fail(db: TenantDb, number: int, error: Exception, at: datetime, worked: Worked) -> None:
    """Count an attempt, and say when the next one is, if there is one."""
    kind = type(error).__name__
    told = kind if isinstance(error, DBAPIError | psycopg.Error) else f"{kind}: {error}"
    with db.transaction() as session:
        event = session.get(WebhookEvent, (db.tenant_id, number), with_for_update=True)
        if event is None or event.state != EventState.WAITING:
            return
        event.attempts, event.begun = event.attempts + 1, 0
        event.reason = told.replace("\0", "")[:_LONGEST_REASON]
        if event.attempts >= MOST_ATTEMPTS:
            event.state, event.ended_at = EventState.DEAD, at
            worked.dead += 1
        else:
            event.due_at = at + AFTER[event.attempts - 1]
            worked.failed += 1
    facts = {"tenant_id": db.tenant_id, "event": number, "error": kind}
    _log.warning("a webhook event did not enter the ledger", extra=facts)
