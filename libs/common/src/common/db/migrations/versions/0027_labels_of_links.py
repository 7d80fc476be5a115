"""Labels of links, which admins alone see.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_LABEL = "ck_shares_label"


def upgrade() -> None:
    op.add_column("shares", sa.Column("label", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f(_LABEL), "shares", "char_length(label) BETWEEN 1 AND 120", postgresql_not_valid=True
    )


def downgrade() -> None:
    op.drop_constraint(op.f(_LABEL), "shares", type_="check")
    op.drop_column("shares", "label")
