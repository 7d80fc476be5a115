"""A shop's name has at most 200 characters.

Revision ID: 0016
Revises: 0015
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_CHECK = "ck_tenants_name"


def upgrade() -> None:
    """Not valid: longer names of before stay as long as their shops are not changed."""
    op.create_check_constraint(
        op.f(_CHECK), "tenants", "char_length(name) <= 200", postgresql_not_valid=True
    )


def downgrade() -> None:
    op.drop_constraint(op.f(_CHECK), "tenants", type_="check")
