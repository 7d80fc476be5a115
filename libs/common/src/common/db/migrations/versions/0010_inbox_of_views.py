"""An inbox for batches of views, so that each is added up once.

Revision ID: 0010
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
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
    op.execute("ALTER TABLE view_batches ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE view_batches FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY tenant ON view_batches USING (tenant_id = current_tenant())")
    op.execute("GRANT SELECT, INSERT, DELETE ON view_batches TO analytics_app")


def downgrade() -> None:
    op.drop_table("view_batches")
