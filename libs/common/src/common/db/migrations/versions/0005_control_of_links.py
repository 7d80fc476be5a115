"""What became of a link, who made it, whether a tenant shares at all, and an audit log.

Revision ID: 0005
Revises: 0004

The audit log is append-only for the application: it is granted no UPDATE and no DELETE. The role
that owns the table may delete what is older than 90 days. A login concerns every shop of a person,
so an admin may write into the log of each of their shops, and read none of it that way.
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("audit_entries", "sharing_stops")


def upgrade() -> None:
    _extend_shares()
    op.create_table(
        "sharing_stops",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_sharing_stops_tenant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_sharing_stops"),
    )
    op.create_table(
        "audit_entries",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_audit_entries_tenant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "at", "id", name="pk_audit_entries"),
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = current_tenant())")
    op.execute(script("audit_log_v1"))
    op.execute(script("live_links_v1"))
    op.create_index(
        "ix_shares_tenant_id_revoked_at",
        "shares",
        ["tenant_id", "revoked_at"],
        postgresql_where=sa.text("revoked_at IS NOT NULL"),
    )
    op.execute(script("revoked_links_v1"))
    op.add_column(
        "admins",
        sa.Column("session_generation", sa.Integer(), server_default="0", nullable=False),
    )


def _extend_shares() -> None:
    for name in ("views", "downloads"):
        op.add_column(
            "shares", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        )
    op.add_column("shares", sa.Column("last_viewed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shares", sa.Column("creator", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_shares_creator"), "shares", "created_by IS NULL OR creator IS NULL"
    )


def downgrade() -> None:
    op.drop_column("admins", "session_generation")
    op.execute("DROP FUNCTION recalled_links")
    op.execute("DROP POLICY recalled ON shares")
    op.drop_index("ix_shares_tenant_id_revoked_at", "shares")
    op.execute("DROP FUNCTION live_links_by_key")
    op.execute("DROP POLICY unrevoked ON shares")
    for table in TABLES:
        op.drop_table(table)
    op.drop_constraint(op.f("ck_shares_creator"), "shares")
    for name in ("creator", "last_viewed_at", "downloads", "views"):
        op.drop_column("shares", name)
