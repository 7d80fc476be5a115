"""An inbox for batches of views, so that each is added up once.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "view_batches",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_view_batches_tenant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_view_batches"),
    )
    op.create_index(
        "ix_view_batches_tenant_id_received_at", "view_batches", ["tenant_id", "received_at"]
    )
    op.execute(script("view_batches_v1"))


def downgrade() -> None:
    op.drop_table("view_batches")
