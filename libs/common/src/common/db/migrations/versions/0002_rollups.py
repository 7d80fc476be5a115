"""Rollups by local day, kept exact by marks that every write leaves in its own transaction.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("dirty_days", "daily_sales", "product_sales")
EVENTS = {"orders": "paid_at", "order_lines": "paid_at", "refunds": "processed_at"}


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
    for table, column in EVENTS.items():
        _mark_writes(table, column)
    _rebuild_on_another_zone()
    _mark_what_is_there()


def _mark_writes(table: str, instant: str) -> None:
    """Once a statement, mark each local day it touched.

    The tenant's row is locked against a change of its zone until the writer ends: a day is always
    marked by the zone that will be in force when the mark is seen.
    """
    touched = {
        "insert": ("REFERENCING NEW TABLE AS new_rows", "SELECT * FROM new_rows"),
        "update": (
            "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
            "SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows",
        ),
        "delete": ("REFERENCING OLD TABLE AS old_rows", "SELECT * FROM old_rows"),
    }
    for event, (referencing, rows) in touched.items():
        name = f"mark_days_{table}_{event}"
        op.execute(
            f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM FROM tenants t WHERE t.id IN (SELECT DISTINCT tenant_id FROM ({rows}) r)
                ORDER BY t.id FOR SHARE;
                INSERT INTO dirty_days (tenant_id, day)
                SELECT DISTINCT t.id, (r.{instant} AT TIME ZONE t.timezone)::date
                FROM ({rows}) r JOIN tenants t ON t.id = r.tenant_id
                WHERE r.{instant} IS NOT NULL;
                RETURN NULL;
            END $$
            """  # noqa: S608 - names of this file
        )
        op.execute(
            f"""
            CREATE TRIGGER mark_days_{event} AFTER {event.upper()} ON {table} {referencing}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}()
            """
        )


_MARK_ALL = """
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (l.occurred_at AT TIME ZONE t.timezone)::date
    FROM ledger l JOIN tenants t ON t.id = l.tenant_id
"""


def _rebuild_on_another_zone() -> None:
    """In another zone every day is another day: forget all sums and mark every day with events."""
    op.execute(
        f"""
        CREATE FUNCTION rebuild_days() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM product_sales WHERE tenant_id = NEW.id;
            DELETE FROM daily_sales WHERE tenant_id = NEW.id;
            DELETE FROM dirty_days WHERE tenant_id = NEW.id;
            {_MARK_ALL} WHERE t.id = NEW.id;
            RETURN NULL;
        END $$
        """  # noqa: S608 - constant
    )
    op.execute(
        """
        CREATE TRIGGER rebuild_days AFTER UPDATE OF timezone ON tenants
        FOR EACH ROW WHEN (OLD.timezone IS DISTINCT FROM NEW.timezone)
        EXECUTE FUNCTION rebuild_days()
        """
    )


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
