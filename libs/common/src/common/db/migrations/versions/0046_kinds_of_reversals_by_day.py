"""Sums of a day keep sales reversals by kind: what was cancelled, and what was edited.

Code of before goes on to sum days without the two, which then are null and are read from the
refunds. Days that were summed already are filled in tenant by tenant, each in a transaction of its
own: no refresh waits for more than one of them. What is interrupted begins again.

Revision ID: 0046
Revises: 0045
"""

from alembic import op
from sqlalchemy import text

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_ADD = """
    ALTER TABLE daily_sales
    ADD COLUMN IF NOT EXISTS cancelled bigint, ADD COLUMN IF NOT EXISTS edited bigint
"""
_TENANTS = "SELECT id FROM tenants ORDER BY id"
_ENTER = "SELECT set_config('app.tenant_id', :tenant, false)"
# A day whose refunds changed since it was summed is marked, and summed again before it is read.
_FILL = """
    UPDATE daily_sales d SET cancelled = coalesce(k.cancelled, 0), edited = coalesce(k.edited, 0)
    FROM daily_sales s LEFT JOIN (
        SELECT (r.processed_at AT TIME ZONE t.timezone)::date AS day,
               sum(r.amount) FILTER (WHERE r.kind = 'cancel')::bigint AS cancelled,
               sum(r.amount) FILTER (WHERE r.kind = 'edit')::bigint AS edited
        FROM tenants t JOIN refunds r ON r.tenant_id = t.id
        WHERE t.id = :tenant_id AND r.kind <> 'return' GROUP BY 1
    ) k USING (day)
    WHERE s.tenant_id = :tenant_id AND d.tenant_id = :tenant_id AND d.day = s.day
      AND d.cancelled IS NULL
"""


def upgrade() -> None:
    op.execute(_ADD)
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        for tenant_id in connection.scalars(text(_TENANTS)).all():
            connection.execute(text(_ENTER), {"tenant": str(tenant_id)})
            connection.execute(text(_FILL), {"tenant_id": tenant_id})
        connection.execute(text(_ENTER), {"tenant": ""})


def downgrade() -> None:
    op.drop_column("daily_sales", "edited")
    op.drop_column("daily_sales", "cancelled")
