"""Brands of tenants, and addresses of their own for their links.

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brands",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("accent", sa.Text(), nullable=True),
        sa.Column("footer", sa.Text(), nullable=True),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_width", sa.SmallInteger(), nullable=True),
        sa.Column("logo_height", sa.SmallInteger(), nullable=True),
        sa.Column("logo_ground", sa.Text(), nullable=True),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 80", name="ck_brands_name"),
        sa.CheckConstraint("accent ~ '^#[0-9a-f]{6}$'", name="ck_brands_accent"),
        sa.CheckConstraint("char_length(footer) BETWEEN 1 AND 300", name="ck_brands_footer"),
        sa.CheckConstraint("octet_length(logo) <= 8192", name="ck_brands_logo"),
        sa.CheckConstraint("logo_ground IN ('any', 'light', 'dark')", name="ck_brands_logo_ground"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_brands_tenant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_brands"),
    )
    op.execute(script("brands_v1"))
    op.add_column("tenants", sa.Column("link_base_url", sa.Text(), nullable=True))
    op.create_unique_constraint("uq_tenants_link_base_url", "tenants", ["link_base_url"])


def downgrade() -> None:
    op.drop_column("tenants", "link_base_url")
    op.drop_table("brands")
