"""Finding when nothing was on hand, without reading the counts that say otherwise.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE INDEX ix_stock_counts_tenant_id_empty ON stock_counts
            (tenant_id, product_id, counted_at) WHERE on_hand <= 0
        """
    )


def downgrade() -> None:
    op.drop_index("ix_stock_counts_tenant_id_empty", "stock_counts")
