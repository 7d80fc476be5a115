"""An import may be a check, which is taken back.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "imports", sa.Column("checked", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    """A check that still waits would be loaded by the release before: it is let go."""
    op.execute("DELETE FROM imports WHERE checked AND finished_at IS NULL")
    op.drop_column("imports", "checked")
