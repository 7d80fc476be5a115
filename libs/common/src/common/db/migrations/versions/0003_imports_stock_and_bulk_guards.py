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
    _list_unfinished_imports()
    for child, columns, *_ in REFERENCES:
        op.drop_constraint(f"fk_{child}_{'_'.join(columns)}", child, type_="foreignkey")
    for child in ("customers", "orders", "order_lines"):
        _require_parents(child)
    _cascade()
    for parent in ("customers", "products"):
        _keep_while_needed(parent)


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


def _list_unfinished_imports() -> None:
    """The ids of what is left to do or to clear away, of every tenant: for the workers' sweep."""
    op.execute(
        """
        CREATE POLICY unfinished ON imports FOR SELECT TO CURRENT_USER
        USING (state IN ('receiving', 'queued', 'running'))
        """
    )
    op.execute(
        """
        CREATE FUNCTION unfinished_imports() RETURNS TABLE (tenant_id integer, id uuid, state text)
        LANGUAGE sql STABLE SECURITY DEFINER
        BEGIN ATOMIC
            SELECT i.tenant_id, i.id, i.state FROM public.imports i
            WHERE i.state IN ('queued', 'running')
               OR (i.state = 'receiving' AND i.created_at < now() - interval '1 day')
            ORDER BY i.created_at LIMIT 100;
        END
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION unfinished_imports FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION unfinished_imports TO analytics_app")


def _require_parents(child: str) -> None:
    """Refuse a statement that leaves rows of ``child`` without their parents.

    Executed as text and counted, so that it is planned for the rows at hand: a hash join for many.
    """
    checks = "".join(
        f"""
            EXECUTE 'SELECT count(*) FROM new_rows n WHERE n.{columns[-1]} IS NOT NULL
                AND NOT EXISTS (SELECT FROM {parent} p WHERE {_equal("p", keys, "n", columns)})'
            INTO orphans;
            IF orphans > 0 THEN
                RAISE foreign_key_violation USING MESSAGE = 'a row of {child} has no {parent}';
            END IF;
        """  # noqa: S608 - names of this file
        for each, columns, parent, keys, _ in REFERENCES
        if each == child
    )
    op.execute(
        f"""
        CREATE FUNCTION require_parents_of_{child}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE orphans bigint;
        BEGIN {checks} RETURN NULL; END $$
        """
    )
    for event in ("insert", "update"):
        op.execute(
            f"""
            CREATE TRIGGER require_parents_{event} AFTER {event.upper()} ON {child}
            REFERENCING NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION require_parents_of_{child}()
            """
        )


def _equal(left: str, columns: tuple[str, ...], right: str, others: tuple[str, ...]) -> str:
    pairs = zip(columns, others, strict=True)
    return " AND ".join(f"{left}.{column} = {right}.{other}" for column, other in pairs)


def _cascade() -> None:
    """A deleted tenant takes its orders and customers along, a deleted order its lines."""
    op.execute(
        """
        CREATE FUNCTION delete_sales_of_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM orders WHERE tenant_id = OLD.id;
            DELETE FROM customers WHERE tenant_id = OLD.id;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER delete_sales AFTER DELETE ON tenants
        FOR EACH ROW EXECUTE FUNCTION delete_sales_of_tenant()
        """
    )
    op.execute(
        """
        CREATE FUNCTION delete_lines_of_orders() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM order_lines l USING old_rows o
            WHERE l.tenant_id = o.tenant_id AND l.order_id = o.id;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER delete_lines AFTER DELETE ON orders REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION delete_lines_of_orders()
        """
    )


def _keep_while_needed(parent: str) -> None:
    """Refuse, when the transaction ends, to have deleted what rows still refer to."""
    (child, columns), *_ = [(c, cols) for c, cols, p, *_ in REFERENCES if p == parent]
    op.execute(
        f"""
        CREATE FUNCTION keep_needed_{parent}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM {child} c
                WHERE c.tenant_id = OLD.tenant_id AND c.{columns[-1]} = OLD.id
            ) THEN
                RAISE foreign_key_violation USING MESSAGE = 'rows of {child} refer to {parent}';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        f"""
        CREATE CONSTRAINT TRIGGER keep_needed AFTER DELETE ON {parent}
        DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION keep_needed_{parent}()
        """
    )


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
