"""Retries of events: who works on which of an inbox, kept where it outlives the process.

A process says in a transaction of its own which events it begins. One that is killed leaves them
marked: they come after all others, each alone and after a longer while, so that the one that kills
its process (by memory, a time limit, a crash) keeps no other back, and is a dead letter in the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Final

from sqlalchemy import func, select, update

from common.db.tenancy import TenantDb
from common.db.webhooks import EventState, IngestConnection, WebhookEvent

MOST_AT_ONCE: Final = 200
MOST_BYTES_AT_ONCE: Final = 8 * 1024 * 1024
AFTER: Final = (
    *(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)),
    timedelta(hours=1),
)
"""How long an event waits after its first, second, … attempt that failed."""
MOST_ATTEMPTS: Final = len(AFTER) + 1
_KILLED: Final = "the process that worked on it ended each time, without a word"


def give_up(db: TenantDb, at: datetime) -> int:
    """Make dead letters of the events that ended every process that began them; how many."""
    poison = update(WebhookEvent).where(
        WebhookEvent.tenant_id == db.tenant_id,
        WebhookEvent.state == EventState.WAITING,
        WebhookEvent.begun >= MOST_ATTEMPTS,
        WebhookEvent.due_at <= at,
    )
    ended = {"state": EventState.DEAD, "ended_at": at, "reason": _KILLED}
    dead = poison.values(attempts=WebhookEvent.begun, **ended).returning(WebhookEvent.id)
    with db.transaction() as session:
        return len(session.scalars(dead).all())


@dataclass(frozen=True, slots=True)
class Turn:
    """Events to work on next, all of them begun as often before: several only where never."""

    ids: tuple[int, ...]
    begun: int


def next_due(db: TenantDb, at: datetime) -> Turn | None:
    """The next events, as many as fit into a batch; one alone if it was begun before."""
    query = (
        select(
            *(WebhookEvent.id, WebhookEvent.begun),
            func.octet_length(WebhookEvent.body).label("size"),
        )
        .join(IngestConnection, IngestConnection.id == WebhookEvent.connection_id)
        .where(
            WebhookEvent.tenant_id == db.tenant_id,
            IngestConnection.tenant_id == db.tenant_id,
            WebhookEvent.state == EventState.WAITING,
            WebhookEvent.due_at <= at,
            IngestConnection.paused_at.is_(None),
        )
        .order_by(WebhookEvent.begun, WebhookEvent.id)
        .limit(MOST_AT_ONCE)
    )
    with db.transaction() as session:
        rows = session.execute(query).all()
    if not rows:
        return None
    first = rows[0]
    if first.begun:
        return Turn((first.id,), first.begun)
    fresh = [row for row in rows if not row.begun]
    sizes = accumulate(row.size for row in fresh)
    fit = [row.id for row, size in zip(fresh, sizes, strict=True) if size <= MOST_BYTES_AT_ONCE]
    return Turn(tuple(fit or [first.id]), 0)


def begin(db: TenantDb, turn: Turn, at: datetime) -> bool:
    """Mark the events as begun; False where another process has them in its hands.

    One that was begun before is due again after a longer while, should this process end as well.
    """
    due_at = at + AFTER[turn.begun - 1] if turn.begun else at
    return _count(db, turn.ids, begun=turn.begun, change=1, due_at=due_at) > 0


def put_back(db: TenantDb, turn: Turn, at: datetime) -> None:
    """Take the marks off again where nothing was done: no attempt is counted."""
    _count(db, turn.ids, begun=turn.begun + 1, change=-1, due_at=at)


def _count(db: TenantDb, ids: Sequence[int], *, begun: int, change: int, due_at: datetime) -> int:
    """Change how often events that nobody holds were begun; how many they were."""
    free = (
        select(WebhookEvent.id)
        .where(
            WebhookEvent.tenant_id == db.tenant_id,
            WebhookEvent.id.in_(ids),
            WebhookEvent.state == EventState.WAITING,
            WebhookEvent.begun == begun,
        )
        .with_for_update(skip_locked=True)
    )
    values = {"begun": begun + change, "due_at": due_at}
    changed = (
        update(WebhookEvent)
        .where(WebhookEvent.tenant_id == db.tenant_id, WebhookEvent.id.in_(free))
        .values(values)
    )
    with db.transaction() as session:
        return len(session.scalars(changed.returning(WebhookEvent.id)).all())
