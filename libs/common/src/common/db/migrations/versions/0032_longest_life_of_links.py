"""The longest life of a tenant's links, where it wants a shorter one than the service allows.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenants", sa.Column("max_link_seconds", sa.Integer()))
    op.create_check_constraint(
        op.f("ck_tenants_max_link_seconds"), "tenants", "max_link_seconds >= 60"
    )


def downgrade() -> None:
    op.drop_column("tenants", "max_link_seconds")
