"""Webhooks of platforms: connections, the inbox of events, and what they said of each order.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ingest_connections",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("previous_until", _INSTANT, nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("rotated_at", _INSTANT, nullable=True),
        sa.Column("paused_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name="fk_ingest_connections_tenant_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_ingest_connections"),
    )
    _create_events()
    op.create_table(
        "webhook_orders",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        _to_connection("webhook_orders"),
        sa.PrimaryKeyConstraint("tenant_id", "connection_id", "order_id", name="pk_webhook_orders"),
    )
    op.execute(script("webhooks_v1"))


def _create_events() -> None:
    op.create_table(
        "webhook_events",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'dead')", name=op.f("ck_webhook_events_state")
        ),
        sa.CheckConstraint(
            "state = 'done' OR body IS NOT NULL", name=op.f("ck_webhook_events_body")
        ),
        _to_connection("webhook_events"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_webhook_events"),
        sa.UniqueConstraint(
            "tenant_id",
            "connection_id",
            "digest",
            name="uq_webhook_events_tenant_id_connection_id_digest",
        ),
    )
    waiting, ended = sa.text("state = 'waiting'"), sa.text("state <> 'waiting'")
    op.create_index(
        "ix_webhook_events_waiting", "webhook_events", ["tenant_id", "id"], postgresql_where=waiting
    )
    op.create_index(
        "ix_webhook_events_ended",
        "webhook_events",
        ["tenant_id", "ended_at"],
        postgresql_where=ended,
    )


def _to_connection(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "connection_id"],
        ["ingest_connections.tenant_id", "ingest_connections.id"],
        name=f"fk_{table}_tenant_id_connection_id",
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION due_webhooks(timestamptz)")
    op.execute("DROP FUNCTION ended_webhooks(timestamptz)")
    op.drop_table("webhook_orders")
    op.drop_table("webhook_events")
    op.drop_table("ingest_connections")
