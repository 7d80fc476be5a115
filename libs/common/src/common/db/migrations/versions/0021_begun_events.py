"""How often an event of a webhook was begun by a process that then said nothing of it.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.add_column(
        "webhook_events", sa.Column("begun", sa.Integer(), server_default="0", nullable=False)
    )
    op.drop_index("ix_webhook_events_waiting", "webhook_events")
    op.create_index(
        "ix_webhook_events_waiting",
        "webhook_events",
        ["tenant_id", "begun", "id"],
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    op.drop_index("ix_webhook_events_waiting", "webhook_events")
    op.create_index(
        "ix_webhook_events_waiting",
        "webhook_events",
        ["tenant_id", "id"],
        postgresql_where=_WAITING,
    )
    op.drop_column("webhook_events", "begun")
