"""Views of links by day.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "daily_views",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("views > 0", name="ck_daily_views_views"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "link_id"],
            ["shares.tenant_id", "shares.link_id"],
            name="fk_daily_views_tenant_id_link_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "link_id", "day", name="pk_daily_views"),
    )
    op.create_index(
        "ix_daily_views_tenant_id_day",
        "daily_views",
        ["tenant_id", "day"],
        postgresql_include=["views"],
    )
    op.execute(script("daily_views_v1"))


def downgrade() -> None:
    op.drop_table("daily_views")
