"""Links whose window moves with the days.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shares", sa.Column("kind", sa.Text(), nullable=False, server_default="fixed"))
    op.create_check_constraint("ck_shares_kind", "shares", "kind <> 'live' OR period <> 'dates'")


def downgrade() -> None:
    op.drop_column("shares", "kind")
