"""The inbox: events are entered as they come, once each, and cleared away when they are old.

An event is known by topic, the platform's event id and the body together. The id alone would not
do: Shopify gives one to all topics of an event, WooCommerce one to all deliveries of a second.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from common.db.tenancy import TenantDb
from common.db.webhooks import EventState, WebhookEvent
from common.http.problem import Problem

MOST_BYTES: Final = 1024 * 1024
_LONGEST_ID: Final = 255
_FULL_SECONDS: Final = 60


class InboxFullError(Problem):
    """So many events of the tenant wait that another one has to be sent again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "inbox-full"
    title = "Too many events wait"
    retry_after = _FULL_SECONDS
    fixed_detail = "Too many events wait to be worked off: send it again."


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it came."""

    connection_id: UUID
    topic: str
    event_id: str
    body: bytes

    @property
    def digest(self) -> bytes:
        """What it is known by (SHA-256)."""
        said = f"{self.topic}\n{self.event_id}\n".encode("utf-8", "replace")
        return hashlib.sha256(said + self.body).digest()


def enter(db: TenantDb, event: Event, *, most_waiting: int, at: datetime) -> bool:
    """Enter an event; whether it is new.

    Raises:
        InboxFullError: ``most_waiting`` of the tenant's events wait.
    """
    waiting = select(WebhookEvent.id).where(
        WebhookEvent.tenant_id == db.tenant_id, WebhookEvent.state == EventState.WAITING
    )
    row = insert(WebhookEvent).values(
        tenant_id=db.tenant_id,
        connection_id=event.connection_id,
        topic=event.topic[:_LONGEST_ID],
        event_id=event.event_id[:_LONGEST_ID],
        digest=event.digest,
        body=event.body,
        received_at=at,
        state=EventState.WAITING,
        due_at=at,
    )
    with db.transaction() as session:
        if session.scalar(select(waiting.offset(most_waiting - 1).limit(1).exists())):
            raise InboxFullError
        added = session.execute(row.on_conflict_do_nothing().returning(WebhookEvent.id)).scalar()
    return added is not None


def clear(db: TenantDb, *, before: datetime) -> int:
    """Delete what ended ``before``, done or dead; how many events."""
    old = (
        WebhookEvent.tenant_id == db.tenant_id,
        WebhookEvent.state != EventState.WAITING,
        WebhookEvent.ended_at < before,
    )
    with db.transaction() as session:
        count = session.scalar(select(func.count()).select_from(WebhookEvent).where(*old)) or 0
        session.execute(delete(WebhookEvent).where(*old))
    return count
