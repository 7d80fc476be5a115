"""A tenant of many sales is deleted in seconds.

Revision ID: 0045
Revises: 0044
"""

from alembic import op

from common.db.sql import script

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(script("deleting_sales_v1"))


def downgrade() -> None:
    """Nothing that was kept before is not kept: the functions stay."""
