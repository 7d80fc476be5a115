"""Imports and stock, and references of the ledger that are checked once a statement.

Revision ID: 0003
Revises: 0002

A foreign key costs a query for each row: more than half of the time of a large load went there.
The four references that a load writes a row each for are held by statement triggers instead: one
set-based join for all rows of an INSERT or UPDATE, a cascade or a refusal on DELETE. What they do
not do is lock the parent against a concurrent delete: orders, products and customers are deleted
with their tenant only, and loads of a tenant hold its lock.
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("stock_counts", "imports", "import_chunks")

# child, its columns, parent, the parent's columns, what became of the child on delete
REFERENCES = (
    ("customers", ("tenant_id",), "tenants", ("id",), "CASCADE"),
    ("orders", ("tenant_id",), "tenants", ("id",), "CASCADE"),
    ("orders", ("tenant_id", "customer_id"), "customers", ("tenant_id", "id"), None),
    ("order_lines", ("tenant_id", "order_id"), "orders", ("tenant_id", "id"), "CASCADE"),
    ("order_lines", ("tenant_id", "product_id"), "products", ("tenant_id", "id"), None),
)


def upgrade() -> None:
    _create_stock()
    _create_imports()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = current_tenant())")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO analytics_app")
    op.execute(script("unfinished_imports_v1"))
    for child, columns, *_ in REFERENCES:
        op.drop_constraint(f"fk_{child}_{'_'.join(columns)}", child, type_="foreignkey")
    op.execute(script("sales_references_v1"))


def _create_stock() -> None:
    op.create_table(
        "stock_counts",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["products.tenant_id", "products.id"],
            name="fk_stock_counts_tenant_id_product_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "product_id", "counted_at", name="pk_stock_counts"),
    )


def _create_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("done_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("done_rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "state IN ('receiving', 'queued', 'running', 'succeeded', 'failed')",
            name="ck_imports_state",
        ),
        sa.CheckConstraint("format IN ('own', 'shopify')", name="ck_imports_format"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_imports_tenant_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["memberships.tenant_id", "memberships.admin_id"],
            name="fk_imports_tenant_id_created_by",
            ondelete="SET NULL (created_by)",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_imports"),
    )
    op.create_index("ix_imports_tenant_id_created_at", "imports", ["tenant_id", "created_at", "id"])
    op.create_table(
        "import_chunks",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "file IN ('orders', 'refunds', 'products', 'stock')", name="ck_import_chunks_file"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "import_id"],
            ["imports.tenant_id", "imports.id"],
            name="fk_import_chunks_tenant_id_import_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "import_id", "file", "number", name="pk_import_chunks"
        ),
    )
    # The chunks come compressed: the server need not try.
    op.execute("ALTER TABLE import_chunks ALTER COLUMN content SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("DROP FUNCTION keep_needed_customers, keep_needed_products CASCADE")
    op.execute("DROP FUNCTION delete_lines_of_orders, delete_sales_of_tenant CASCADE")
    for child in ("customers", "orders", "order_lines"):
        op.execute(f"DROP FUNCTION require_parents_of_{child} CASCADE")
    for child, columns, parent, keys, ondelete in REFERENCES:
        op.create_foreign_key(
            f"fk_{child}_{'_'.join(columns)}",
            child,
            parent,
            list(columns),
            list(keys),
            ondelete=ondelete,
        )
    op.execute("DROP FUNCTION unfinished_imports")
    for table in reversed(TABLES):
        op.drop_table(table)
