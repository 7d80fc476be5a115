"""What imports could not know, and when sales came in last.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_gaps",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated", sa.BigInteger()),
        sa.Column("amount", sa.BigInteger()),
        sa.CheckConstraint("since <= until", name="ck_data_gaps_span"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_data_gaps_tenant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", "kind", name="pk_data_gaps"),
    )
    op.create_index("ix_data_gaps_tenant_id_since", "data_gaps", ["tenant_id", "since"])
    op.add_column("ledger_versions", sa.Column("sales_at", sa.DateTime(timezone=True)))
    op.execute(script("data_gaps_v1"))


def downgrade() -> None:
    op.drop_column("ledger_versions", "sales_at")
    op.drop_table("data_gaps")
