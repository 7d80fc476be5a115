"""What the sender of an import calls its files; of imports of before nobody knows it.

Revision ID: 0049
Revises: 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("file_names", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("imports", "file_names")
