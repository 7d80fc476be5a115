"""What became of a link, who made it, whether a tenant shares at all, and an audit log.

Revision ID: 0005
Revises: 0004

The audit log is append-only for the application: it is granted no UPDATE and no DELETE. The role
that owns the table may delete what is older than 90 days. A login concerns every shop of a person,
so an admin may write into the log of each of their shops, and read none of it that way.
"""

import sqlalchemy as sa
from alembic import op

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
    op.execute("GRANT SELECT, INSERT, DELETE ON sharing_stops TO analytics_app")
    op.execute("GRANT SELECT, INSERT ON audit_entries TO analytics_app")
    op.execute(
        """
        CREATE POLICY own ON audit_entries FOR INSERT WITH CHECK (EXISTS (
            SELECT FROM memberships m
            WHERE m.tenant_id = audit_entries.tenant_id AND m.admin_id = current_admin()))
        """
    )
    for command in ("SELECT", "DELETE"):
        op.execute(
            f"""
            CREATE POLICY old_{command.lower()} ON audit_entries FOR {command} TO CURRENT_USER
            USING (at < now() - interval '90 days')
            """
        )
    _count_live_links()
    _list_recalls()
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


def _count_live_links() -> None:
    """How many links of which tenant each key holds open: for whoever keeps the keys."""
    op.execute(
        """
        CREATE POLICY unrevoked ON shares FOR SELECT TO CURRENT_USER USING (revoked_at IS NULL)
        """
    )
    op.execute(
        """
        CREATE FUNCTION live_links_by_key(moment timestamptz)
        RETURNS TABLE (key_id text, tenant_id integer, links bigint, until timestamptz)
        LANGUAGE sql STABLE SECURITY DEFINER
        BEGIN ATOMIC
            SELECT s.key_id, s.tenant_id, count(*), max(s.expires_at) FROM public.shares s
            WHERE s.revoked_at IS NULL AND s.expires_at > moment
            GROUP BY s.key_id, s.tenant_id;
        END
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION live_links_by_key FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION live_links_by_key TO analytics_app")


def _list_recalls() -> None:
    """Recalled links of all tenants whose time is not over: for the workers' sweep."""
    op.create_index(
        "ix_shares_tenant_id_revoked_at",
        "shares",
        ["tenant_id", "revoked_at"],
        postgresql_where=sa.text("revoked_at IS NOT NULL"),
    )
    op.execute(
        """
        CREATE POLICY recalled ON shares FOR SELECT TO CURRENT_USER USING (revoked_at IS NOT NULL)
        """
    )
    op.execute(
        """
        CREATE FUNCTION recalled_links(since timestamptz, moment timestamptz)
        RETURNS TABLE (tenant_id integer, link_id uuid, expires_at timestamptz)
        LANGUAGE sql STABLE SECURITY DEFINER
        BEGIN ATOMIC
            SELECT s.tenant_id, s.link_id, s.expires_at FROM public.shares s
            WHERE s.revoked_at >= since AND s.expires_at > moment;
        END
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION recalled_links FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION recalled_links TO analytics_app")


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
