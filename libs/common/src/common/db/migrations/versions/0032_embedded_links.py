"""Embedded links: the origins whose pages may frame them.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shares", sa.Column("embed", sa.ARRAY(sa.Text()), nullable=True))


def downgrade() -> None:
    op.drop_column("shares", "embed")
