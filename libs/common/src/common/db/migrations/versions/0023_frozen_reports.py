"""Links that stay as they were when they were issued.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "frozen_reports",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(fields) <= 16777216", name="ck_frozen_reports_size"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "link_id"],
            ["shares.tenant_id", "shares.link_id"],
            name="fk_frozen_reports_tenant_id_link_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "link_id", name="pk_frozen_reports"),
    )
    op.create_index(
        "ix_frozen_reports_tenant_id_expires_at", "frozen_reports", ["tenant_id", "expires_at"]
    )
    op.execute(script("frozen_reports_v1"))


def downgrade() -> None:
    op.execute("DROP FUNCTION ended_frozen_reports")
    op.drop_table("frozen_reports")
