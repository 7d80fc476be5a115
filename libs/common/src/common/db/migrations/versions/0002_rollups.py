"""Rollups by local day, kept exact by marks that every write leaves in its own transaction.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("dirty_days", "daily_sales", "product_sales")
EVENTS = ("orders", "order_lines", "refunds")


def _amounts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(n, sa.BigInteger(), server_default="0", nullable=False) for n in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(n, sa.BigInteger(), nullable=False) for n in names]


def upgrade() -> None:
    op.create_table(
        "dirty_days",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mark", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_dirty_days_tenant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "day", "mark", name="pk_dirty_days"),
    )
    op.create_table(
        "daily_sales",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_counts("orders", "units_sold", "units_returned"),
        *_amounts("gross", "discounts", "returns", "shipping", "tax"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_daily_sales_tenant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "day", name="pk_daily_sales"),
    )
    op.create_table(
        "product_sales",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("span", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        *_counts("units_sold", "units_returned"),
        *_amounts("gross", "discounts", "returns"),
    )
    op.execute(
        """
        ALTER TABLE product_sales ADD CONSTRAINT pk_product_sales
        PRIMARY KEY (tenant_id, span, day, product_id)
        INCLUDE (units_sold, units_returned, gross, discounts, returns)
        """
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = current_tenant())")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO analytics_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO analytics_app")
    op.execute(script("dirty_days_v1"))
    op.execute(script("rebuild_days_v1"))
    _mark_what_is_there()


_MARK_ALL = """
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (l.occurred_at AT TIME ZONE t.timezone)::date
    FROM ledger l JOIN tenants t ON t.id = l.tenant_id
"""


def _mark_what_is_there() -> None:
    """Days written before there were marks; as the owner, who is held by the policies too."""
    for table in ("orders", "order_lines", "refunds", "tenants", "dirty_days"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(_MARK_ALL)
    for table in ("orders", "order_lines", "refunds", "tenants", "dirty_days"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("DROP TRIGGER rebuild_days ON tenants")
    op.execute("DROP FUNCTION rebuild_days")
    for table in EVENTS:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER mark_days_{event} ON {table}")
            op.execute(f"DROP FUNCTION mark_days_{table}_{event}")
    for table in TABLES:
        op.drop_table(table)
