"""An index of the orders that are called by name and platform's id, as another has the name.

Code of before looks nothing up by it and goes on as it did.

Revision ID: 0050
Revises: 0049
"""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_INDEX = """
    CREATE INDEX IF NOT EXISTS ix_orders_names_apart
    ON orders (tenant_id, "left"(external_id, -length(platform_id) - 3))
    WHERE "right"(external_id, length(platform_id) + 3) = ' (' || platform_id || ')'
"""


def upgrade() -> None:
    op.execute(_INDEX)


def downgrade() -> None:
    op.drop_index("ix_orders_names_apart", "orders")
