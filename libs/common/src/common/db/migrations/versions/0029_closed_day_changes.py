"""Orders that were changed after their day.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closed_day_changes",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name="fk_closed_day_changes_tenant_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "order_id", "counted_at", name="pk_closed_day_changes"
        ),
    )
    op.create_index(
        "ix_closed_day_changes_tenant_id_counted_at",
        "closed_day_changes",
        ["tenant_id", "counted_at"],
    )
    op.execute(script("closed_day_changes_v1"))


def downgrade() -> None:
    op.drop_table("closed_day_changes")
