"""Dead letters: events that were given up, listed with their reasons, and tried again on demand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from common.db.audit import Action, Author, record
from common.db.tenancy import TenantDb
from common.db.webhooks import EventState, WebhookEvent
from ingest.webhooks.connections import public_id


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that was given up. ``size`` is its body's in bytes; the body is not told."""

    id: int
    connection: str
    topic: str
    event_id: str
    received_at: datetime
    ended_at: datetime | None
    attempts: int
    reason: str | None
    size: int


def list_dead_letters(db: TenantDb, *, most: int) -> tuple[DeadLetter, ...]:
    """The tenant's dead letters, the latest first."""
    query = (
        select(WebhookEvent)
        .where(WebhookEvent.tenant_id == db.tenant_id, WebhookEvent.state == EventState.DEAD)
        .order_by(WebhookEvent.id.desc())
        .limit(most)
    )
    with db.transaction() as session:
        return tuple(_told(each) for each in session.scalars(query))


def replay_dead_letters(
    db: TenantDb, ids: Collection[int] | None, *, author: Author, at: datetime
) -> int:
    """Have dead letters tried again, all of them or those of ``ids``; how many they are."""
    counts = {"attempts": 0, "begun": 0}
    values = {"state": EventState.WAITING, "due_at": at, "ended_at": None, **counts}
    again = (
        update(WebhookEvent)
        .where(WebhookEvent.tenant_id == db.tenant_id, WebhookEvent.state == EventState.DEAD)
        .values(values)
    )
    if ids is not None:
        again = again.where(WebhookEvent.id.in_(ids))
    with db.transaction() as session:
        found = len(session.scalars(again.returning(WebhookEvent.id)).all())
        if found:
            record(session, db.tenant_id, Action.EVENTS_REPLAYED, author, at=at, events=found)
    return found


def _told(row: WebhookEvent) -> DeadLetter:
    return DeadLetter(
        id=row.id,
        connection=public_id(row.tenant_id, row.connection_id),
        topic=row.topic,
        event_id=row.event_id,
        received_at=row.received_at,
        ended_at=row.ended_at,
        attempts=row.attempts,
        reason=row.reason,
        size=len(row.body or b""),
    )
