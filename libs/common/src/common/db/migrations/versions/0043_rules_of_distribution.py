"""What Citus asks of a distributed table: row triggers, policies without sub-queries, plain keys.

Days are marked and references checked a row at a time, for whoever does not say that it does so
itself, by statements: see ``common.db.ledger_writer``. Code of before says nothing and is served.

Revision ID: 0043
Revises: 0042
"""

from alembic import op

from common.db.sql import script

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_STATEMENTS = (
    *(
        f"mark_days_{table}_{event}"
        for table in ("orders", "order_lines", "refunds")
        for event in ("insert", "update", "delete")
    ),
    *(f"require_parents_of_{table}" for table in ("customers", "orders", "order_lines")),
    "delete_lines_of_orders",
    "keep_needed_customers",
    "keep_needed_products",
)
_ROWS = (
    "mark_day_paid",
    "mark_day_processed",
    "mark_day",
    *(f"require_parents_of_{each}" for each in ("customer", "order", "order_line")),
    "delete_lines_of_order",
    "keep_needed_customer",
    "keep_needed_product",
)
_OF_EITHER = "delete_sales_of_tenant"
_POLICIES = {"tenants": "member FOR SELECT USING", "audit_entries": "own FOR INSERT WITH CHECK"}
_KEYS = {"tenants": "id", "audit_entries": "tenant_id"}
_IS_MEMBER = """(EXISTS (
    SELECT FROM memberships m WHERE m.tenant_id = {}.{} AND m.admin_id = current_admin()))"""
_MEMBERS = (("shares", "created_by"), ("shares", "revoked_by"), ("imports", "created_by"))


def upgrade() -> None:
    _drop(*_STATEMENTS, _OF_EITHER)
    for name in ("sales_references_v2", "dirty_days_v2", "rebuild_days_v2"):
        op.execute(script(name))
    _refer_to_members(None)
    op.execute(script("members_v1"))


def downgrade() -> None:
    _drop("let_go_of_member")
    for table, policy in _POLICIES.items():
        op.execute(f"DROP POLICY {policy.split()[0]} ON {table}")
    op.execute("DROP FUNCTION admin_is_member")
    for table, policy in _POLICIES.items():
        name, _, how = policy.partition(" ")
        op.execute(
            f"CREATE POLICY {name} ON {table} {how} {_IS_MEMBER.format(table, _KEYS[table])}"
        )
    _refer_to_members("SET NULL")
    op.execute("DROP FUNCTION rebuild_days CASCADE")
    _drop(*_ROWS, _OF_EITHER)
    for name in ("sales_references_v1", "dirty_days_v1", "rebuild_days_v1"):
        op.execute(script(name))


def _drop(*functions: str) -> None:
    """Functions, and the triggers that call them."""
    op.execute(f"DROP FUNCTION {', '.join(functions)} CASCADE")


def _refer_to_members(ondelete: str | None) -> None:
    for table, column in _MEMBERS:
        name = f"fk_{table}_tenant_id_{column}"
        op.drop_constraint(name, table, type_="foreignkey")
        op.create_foreign_key(
            name,
            table,
            "memberships",
            ["tenant_id", column],
            ["tenant_id", "admin_id"],
            ondelete=f"{ondelete} ({column})" if ondelete else None,
        )
