"""Which tenant a Discord guild shows reports of.

Revision ID: 0006
Revises: 0005

A command names its guild and no tenant: a transaction that acts for a guild sees the one row of
that guild, as one that acts for an admin sees their memberships. Writing takes the tenant.
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discord_connections",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("connected_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("guild_id > 0", name="ck_discord_connections_guild_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name="fk_discord_connections_tenant_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("guild_id", name="pk_discord_connections"),
    )
    op.create_index(
        "ix_discord_connections_tenant_id_connected_at",
        "discord_connections",
        ["tenant_id", "connected_at"],
    )
    op.execute(script("discord_connections_v1"))


def downgrade() -> None:
    op.drop_table("discord_connections")
    op.execute("DROP FUNCTION current_guild")
