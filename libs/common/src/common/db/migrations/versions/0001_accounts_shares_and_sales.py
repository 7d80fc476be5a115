"""Accounts, shares and sales, every tenant's table under forced row-level security.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from common.db.sql import script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admins",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_admins_email")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admins")),
        sa.UniqueConstraint("email", name=op.f("uq_admins_email")),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_tenants_currency")),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name=op.f("ck_tenants_slug")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenants_slug")),
    )
    op.create_table(
        "customers",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_customers_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_customers")),
        sa.UniqueConstraint(
            "tenant_id", "external_id", name=op.f("uq_customers_tenant_id_external_id")
        ),
    )
    op.create_table(
        "ledger_versions",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_ledger_versions_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_ledger_versions")),
    )
    op.create_table(
        "memberships",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("admin_id", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["admin_id"], ["admins.id"], name=op.f("fk_memberships_admin_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_memberships_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "admin_id", name=op.f("pk_memberships")),
    )
    op.create_table(
        "products",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("unit_cost", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_products_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_products")),
        sa.UniqueConstraint(
            "tenant_id", "external_id", name=op.f("uq_products_tenant_id_external_id")
        ),
    )
    op.create_table(
        "orders",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("coupon_code", sa.Text(), nullable=True),
        sa.Column("discount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "discount >= 0 AND shipping >= 0 AND tax >= 0", name=op.f("ck_orders_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["customers.tenant_id", "customers.id"],
            name=op.f("fk_orders_tenant_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_orders_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_orders")),
        sa.UniqueConstraint(
            "tenant_id", "external_id", name=op.f("uq_orders_tenant_id_external_id")
        ),
    )
    op.create_index(
        "ix_orders_tenant_id_paid_at",
        "orders",
        ["tenant_id", "paid_at"],
        unique=False,
        postgresql_include=["shipping", "tax"],
    )
    op.create_table(
        "shares",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("issued_at < expires_at", name=op.f("ck_shares_expiry")),
        sa.CheckConstraint("window_from < window_to", name=op.f("ck_shares_window")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["memberships.tenant_id", "memberships.admin_id"],
            name=op.f("fk_shares_tenant_id_created_by"),
            ondelete="SET NULL (created_by)",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "revoked_by"],
            ["memberships.tenant_id", "memberships.admin_id"],
            name=op.f("fk_shares_tenant_id_revoked_by"),
            ondelete="SET NULL (revoked_by)",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_shares_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_shares")),
    )
    op.create_index(
        "ix_shares_tenant_id_issued_at", "shares", ["tenant_id", "issued_at", "id"], unique=False
    )
    op.create_index("ux_shares_tenant_id_link_id", "shares", ["tenant_id", "link_id"], unique=True)
    op.create_table(
        "order_lines",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("line_discount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("order_discount", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "line_discount + order_discount <= unit_price * quantity",
            name=op.f("ck_order_lines_net"),
        ),
        sa.CheckConstraint(
            "line_discount >= 0 AND order_discount >= 0", name=op.f("ck_order_lines_discounts")
        ),
        sa.CheckConstraint("quantity > 0 AND unit_price >= 0", name=op.f("ck_order_lines_amounts")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"],
            ["orders.tenant_id", "orders.id"],
            name=op.f("fk_order_lines_tenant_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["products.tenant_id", "products.id"],
            name=op.f("fk_order_lines_tenant_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", "line_no", name=op.f("pk_order_lines")),
    )
    op.create_index(
        "ix_order_lines_tenant_id_paid_at",
        "order_lines",
        ["tenant_id", "paid_at"],
        unique=False,
        postgresql_include=[
            "product_id",
            "quantity",
            "unit_price",
            "line_discount",
            "order_discount",
        ],
    )
    op.create_table(
        "refunds",
        sa.Column("tenant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.SmallInteger(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("kind IN ('return', 'cancel')", name=op.f("ck_refunds_kind")),
        sa.CheckConstraint(
            "(line_no IS NULL) = (product_id IS NULL)"
            " AND (line_no IS NOT NULL OR (quantity = 0 AND amount = 0))",
            name=op.f("ck_refunds_line"),
        ),
        sa.CheckConstraint(
            "quantity >= 0 AND amount >= 0 AND shipping >= 0 AND tax >= 0",
            name=op.f("ck_refunds_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id", "line_no"],
            ["order_lines.tenant_id", "order_lines.order_id", "order_lines.line_no"],
            name="fk_refunds_line",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"],
            ["orders.tenant_id", "orders.id"],
            name=op.f("fk_refunds_tenant_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["products.tenant_id", "products.id"],
            name=op.f("fk_refunds_tenant_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_refunds")),
        sa.UniqueConstraint(
            "tenant_id",
            "external_id",
            "order_id",
            "line_no",
            name=op.f("uq_refunds_tenant_id_external_id_order_id_line_no"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_refunds_tenant_id_order_id", "refunds", ["tenant_id", "order_id"], unique=False
    )
    op.create_index(
        "ix_refunds_tenant_id_processed_at",
        "refunds",
        ["tenant_id", "processed_at"],
        unique=False,
        postgresql_include=["product_id", "quantity", "amount", "shipping", "tax"],
    )
    for name in ("ledger_v1", "row_level_security_v1", "tenant_directory_v1"):
        op.execute(script(name))


TENANT_TABLES = (
    "memberships",
    "shares",
    "products",
    "customers",
    "orders",
    "order_lines",
    "refunds",
    "ledger_versions",
)


def downgrade() -> None:
    op.execute("DROP VIEW ledger")
    op.execute("DROP FUNCTION tenant_id_of")
    op.execute("DROP POLICY member ON tenants")
    for table in (*reversed(TENANT_TABLES), "tenants", "admins"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION current_tenant")
    op.execute("DROP FUNCTION current_admin")
