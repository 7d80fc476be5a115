"""Events that name their order, so that sums can be taken by what an order says.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

from common.db.sql import script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(script("ledger_v2"))


def downgrade() -> None:
    op.execute("DROP VIEW ledger")
    op.execute(script("ledger_v1"))
    op.execute("GRANT SELECT ON ledger TO analytics_app")
