"""Events that name their order, so that sums can be taken by what an order says.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _ledger(*, order_ids: tuple[str, str]) -> str:
    """The view of all events; a new column can only be the last."""
    of_order, of_part = order_ids
    return f"""
        CREATE OR REPLACE VIEW ledger WITH (security_invoker = true) AS
        SELECT tenant_id, paid_at AS occurred_at, product_id, 0 AS orders,
               quantity AS units_sold, 0::bigint AS units_returned,
               unit_price * quantity AS gross, line_discount + order_discount AS discounts,
               0::bigint AS returns, 0::bigint AS shipping, 0::bigint AS tax{of_part}
        FROM order_lines WHERE paid_at IS NOT NULL
        UNION ALL
        SELECT tenant_id, paid_at, NULL, 1, 0, 0, 0, 0, 0, shipping, tax{of_order}
        FROM orders WHERE paid_at IS NOT NULL
        UNION ALL
        SELECT tenant_id, processed_at, product_id, 0, 0, quantity, 0, 0, amount, -shipping,
               -tax{of_part}
        FROM refunds
        """  # noqa: S608 - constants


def upgrade() -> None:
    op.execute(_ledger(order_ids=(", id", ", order_id")))


def downgrade() -> None:
    op.execute("DROP VIEW ledger")
    op.execute(_ledger(order_ids=("", "")))
    op.execute("GRANT SELECT ON ledger TO analytics_app")
