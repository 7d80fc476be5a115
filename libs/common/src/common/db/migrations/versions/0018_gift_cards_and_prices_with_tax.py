"""What a gift card is to a shop, and imports of files whose prices include the tax.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Constants as defaults: no table is rewritten."""
    op.add_column(
        "tenants", sa.Column("gift_cards", sa.Text(), server_default="platform", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_tenants_gift_cards"),
        "tenants",
        "gift_cards IN ('platform', 'sale', 'liability')",
    )
    op.add_column(
        "imports",
        sa.Column("prices_include_tax", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("imports", "prices_include_tax")
    op.drop_column("tenants", "gift_cards")
