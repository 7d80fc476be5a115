"""The registry of import formats says which there are, and no constraint beside it.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_CHECK = "ck_imports_ck_imports_format"


def upgrade() -> None:
    op.drop_constraint(op.f(_CHECK), "imports", type_="check")


def downgrade() -> None:
    """Not valid: imports of other formats that were done stay listed."""
    op.create_check_constraint(
        op.f(_CHECK), "imports", "format IN ('own', 'shopify')", postgresql_not_valid=True
    )
