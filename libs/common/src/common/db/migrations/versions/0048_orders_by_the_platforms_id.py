"""An index of orders by the platform's id: of one order that comes by two names it decides.

Code of before looks nothing up by it and goes on as it did.

Revision ID: 0048
Revises: 0047
"""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_INDEX = """
    CREATE INDEX IF NOT EXISTS ix_orders_tenant_id_platform_id ON orders (tenant_id, platform_id)
    WHERE platform_id IS NOT NULL
"""


def upgrade() -> None:
    op.execute(_INDEX)


def downgrade() -> None:
    op.drop_index("ix_orders_tenant_id_platform_id", "orders")
