"""A refund may be an edit: what was taken out of a paid order by changing it.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_CHECK = "ck_refunds_kind"


def upgrade() -> None:
    op.drop_constraint(op.f(_CHECK), "refunds", type_="check")
    op.create_check_constraint(op.f(_CHECK), "refunds", "kind IN ('return', 'cancel', 'edit')")


def downgrade() -> None:
    """Not valid: edits that came in stay in the ledger."""
    op.drop_constraint(op.f(_CHECK), "refunds", type_="check")
    op.create_check_constraint(
        op.f(_CHECK), "refunds", "kind IN ('return', 'cancel')", postgresql_not_valid=True
    )
