"""Refunds carry when what they are of was sold, as lines do, with an index over it.

Loads of code of before leave it out: such refunds are read by their orders. Those that are there
are filled in tenant by tenant, each in a transaction of its own that waits for a load of the
tenant. What is interrupted begins again. No figure changes, so no day is marked.

Revision ID: 0047
Revises: 0046
"""

from alembic import op
from sqlalchemy import text

from common.db.sql import script

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_ADD = "ALTER TABLE refunds ADD COLUMN IF NOT EXISTS sold_at timestamptz"
_TENANTS = "SELECT id FROM tenants ORDER BY id"
_ENTER = """
    SELECT set_config('app.tenant_id', :tenant, false), set_config('app.loader', :loader, false)
"""
# Nothing is held while it waits, so a load may take its time; the lock is that of loads.
_WAIT = "SET lock_timeout = '10min'"
_FILL = """
    WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(x'1a6e57'::integer, :tenant_id))
    UPDATE refunds r SET sold_at = o.paid_at
    FROM orders o, locked
    WHERE r.tenant_id = :tenant_id AND o.tenant_id = :tenant_id AND o.id = r.order_id
      AND r.sold_at IS NULL
"""
_INDEX = """
    CREATE INDEX IF NOT EXISTS ix_refunds_tenant_id_sold_at ON refunds (tenant_id, sold_at)
    INCLUDE (product_id, quantity)
"""
_TRIGGERS = {"know_when_sold": "refunds", "tell_when_sold": "orders"}


def upgrade() -> None:
    op.execute(_ADD)
    _drop()
    op.execute(script("refunds_sold_at_v1"))
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        before = connection.scalar(text("SHOW lock_timeout"))
        connection.execute(text(_WAIT))
        for tenant_id in connection.scalars(text(_TENANTS)).all():
            connection.execute(text(_ENTER), {"tenant": str(tenant_id), "loader": "on"})
            connection.execute(text(_FILL), {"tenant_id": tenant_id})
        connection.execute(text(_ENTER), {"tenant": "", "loader": "off"})
        connection.execute(text(f"SET lock_timeout = '{before}'"))
    op.execute(_INDEX)


def downgrade() -> None:
    op.drop_index("ix_refunds_tenant_id_sold_at", "refunds")
    _drop()
    op.drop_column("refunds", "sold_at")


def _drop() -> None:
    for name, table in _TRIGGERS.items():
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        op.execute(f"DROP FUNCTION IF EXISTS {name}()")
