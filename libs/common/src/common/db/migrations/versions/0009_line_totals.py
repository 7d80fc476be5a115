"""A line's total that is no multiple of its unit price, and the platform's id of an order.

Revision ID: 0009
Revises: 0008

Where prices include the tax, three pieces at 9.99 are worth 25.18 without it, which no whole unit
price multiplies to: ``remainder`` is what ``unit_price * quantity`` leaves of the total. Platforms
allow two orders of one name; ``platform_id`` tells them apart.
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COVERED = ["product_id", "quantity", "unit_price", "line_discount", "order_discount"]


def upgrade() -> None:
    op.add_column("orders", sa.Column("platform_id", sa.Text(), nullable=True))
    op.add_column(
        "order_lines", sa.Column("remainder", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.create_check_constraint("remainder", "order_lines", "remainder BETWEEN 0 AND quantity - 1")
    _covering([*_COVERED, "remainder"])
    op.execute(script("ledger_v3"))
    _net("unit_price * quantity + remainder")


def downgrade() -> None:
    op.execute(script("ledger_v2"))
    _covering(_COVERED)
    op.execute(
        "UPDATE order_lines SET unit_price = unit_price + 1,"
        " line_discount = line_discount + quantity - remainder WHERE remainder > 0"
    )
    op.drop_constraint(op.f("ck_order_lines_net"), "order_lines")
    op.drop_column("order_lines", "remainder")
    op.create_check_constraint(
        "net", "order_lines", "line_discount + order_discount <= unit_price * quantity"
    )
    op.drop_column("orders", "platform_id")


def _net(gross: str) -> None:
    op.drop_constraint(op.f("ck_order_lines_net"), "order_lines")
    op.create_check_constraint("net", "order_lines", f"line_discount + order_discount <= {gross}")


def _covering(columns: list[str]) -> None:
    op.drop_index("ix_order_lines_tenant_id_paid_at", "order_lines")
    op.create_index(
        "ix_order_lines_tenant_id_paid_at",
        "order_lines",
        ["tenant_id", "paid_at"],
        postgresql_include=columns,
    )
