"""Which frozen links let their readers see what has changed since.

Code of before opens such a link as any frozen one, and has no page of changes.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shares", sa.Column("changes", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("shares", "changes")
