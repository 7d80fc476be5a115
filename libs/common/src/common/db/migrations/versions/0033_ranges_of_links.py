"""Ranges of links: the days that their readers may choose.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shares", sa.Column("ranges", sa.ARRAY(sa.Text()), nullable=True))


def downgrade() -> None:
    op.drop_column("shares", "ranges")
