"""The tables of webhooks: a platform's connections, the inbox of its events, and what they said.

An event is entered when it arrives and worked off later: a message only says that there is one. The
orders keep what all events of an order said so far, reduced to what the sales ledger takes.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, TenantId, Words


class IngestConnection(Model):
    """A shop's connection to a platform. The secrets are sealed (``ingest.webhooks.sealing``).

    ``previous`` is the secret before the last rotation, good until ``previous_until``.
    """

    __tablename__ = "ingest_connections"

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    platform: Mapped[Words]
    name: Mapped[Words]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Instant]
    rotated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    paused_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class EventState(StrEnum):
    """How far an event is."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class WebhookEvent(Model):
    """An event in the inbox; ``body`` is what was signed, and gone once the event is done.

    ``digest`` is that of topic, event id and body (SHA-256). ``reason`` says why the last attempt
    failed, or what an event that is done was not taken for. ``begun`` counts the processes that
    began it and ended without a word of it.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("tenant_id", "connection_id", "digest"),
        ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["ingest_connections.tenant_id", "ingest_connections.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("state IN ('waiting', 'done', 'dead')", name="state"),
        CheckConstraint("state = 'done' OR body IS NOT NULL", name="body"),
        Index(
            "ix_webhook_events_waiting",
            "tenant_id",
            "begun",
            "id",
            postgresql_where="state = 'waiting'",
        ),
        Index(
            "ix_webhook_events_ended",
            "tenant_id",
            "ended_at",
            postgresql_where="state <> 'waiting'",
        ),
        Index("ix_webhook_events_dead", "tenant_id", postgresql_where="state = 'dead'"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(Uuid)
    topic: Mapped[Words]
    event_id: Mapped[Words]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    received_at: Mapped[Instant]
    state: Mapped[Words]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    begun: Mapped[int] = mapped_column(Integer, server_default="0")
    due_at: Mapped[Instant]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text)


class WebhookOrder(Model):
    """What all events of an order said: ``facts`` as ``ingest.webhooks.facts`` merges them.

    ``order_id`` is the platform's id of the order.
    """

    __tablename__ = "webhook_orders"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "connection_id"],
            ["ingest_connections.tenant_id", "ingest_connections.id"],
            ondelete="CASCADE",
        ),
    )

    tenant_id: Mapped[TenantId]
    connection_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    order_id: Mapped[str] = mapped_column(Text, primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
