"""What waits of all tenants, for the workers' metrics, and an index of the events given up.

Code of before does not ask.

Revision ID: 0051
Revises: 0050
"""

from alembic import op

from common.db.sql import script

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_INDEX = """
    CREATE INDEX IF NOT EXISTS ix_webhook_events_dead
    ON webhook_events (tenant_id) WHERE state = 'dead'
"""


def upgrade() -> None:
    op.execute(_INDEX)
    op.execute(script("waiting_work_v1"))


def downgrade() -> None:
    op.execute("DROP FUNCTION waiting_work(timestamptz)")
    op.drop_index("ix_webhook_events_dead", "webhook_events")
