"""Comparisons of links: what they show their days beside, where it is not the days before.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shares", sa.Column("compare", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("shares", "compare")
