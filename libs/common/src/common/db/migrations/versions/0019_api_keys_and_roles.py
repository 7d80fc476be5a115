"""API keys of a tenant, and roles of its members.

Revision ID: 0019
Revises: 0018

Members of before are owners, and so is one that a version of before adds meanwhile.
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ROLE = "ck_memberships_role"


def upgrade() -> None:
    op.add_column(
        "memberships", sa.Column("role", sa.Text(), server_default="owner", nullable=False)
    )
    op.create_check_constraint(op.f(_ROLE), "memberships", "role IN ('owner', 'editor', 'viewer')")
    op.create_table(
        "api_keys",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_api_keys_digest")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name=op.f("ck_api_keys_name")),
        sa.CheckConstraint("created_at < expires_at", name=op.f("ck_api_keys_expiry")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["memberships.tenant_id", "memberships.admin_id"],
            name=op.f("fk_api_keys_tenant_id_created_by"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_api_keys_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_api_keys")),
    )
    op.create_index("ux_api_keys_digest", "api_keys", ["digest"], unique=True)
    op.create_index(
        "ix_api_keys_tenant_id_created_at", "api_keys", ["tenant_id", "created_at", "id"]
    )
    op.create_index("ix_api_keys_tenant_id_created_by", "api_keys", ["tenant_id", "created_by"])
    op.execute(script("api_keys_v1"))


def downgrade() -> None:
    op.drop_table("api_keys")
    op.execute("DROP FUNCTION current_key_digest")
    op.drop_constraint(op.f(_ROLE), "memberships", type_="check")
    op.drop_column("memberships", "role")
