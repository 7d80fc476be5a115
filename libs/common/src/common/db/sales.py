"""What was sold and what came back: the facts every report sums.

A sale happens at ``paid_at``; an order never paid is no sale. A refund or a cancellation after
payment happens at ``processed_at``. Lines and refunds carry the instant (and refunds the product)
they count at, so that a report by day or by product reads one narrow index and never joins. The
view ``ledger`` (see the migrations) turns them into one list of events.

Customers, orders and lines have no foreign keys: a key costs a query a row, and they come by the
million. Loads check the same references by statements, and triggers those of others
(``sales_references``).
"""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, Money, TenantId, Words


class Product(Model):
    """Something a shop sells; ``unit_cost`` in minor units, null when the shop did not say."""

    __tablename__ = "products"
    __table_args__ = (UniqueConstraint("tenant_id", "external_id"),)

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    external_id: Mapped[Words]
    title: Mapped[Words]
    sku: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    unit_cost: Mapped[int | None] = mapped_column(BigInteger)


class Customer(Model):
    """A buyer, known by the shop's own id only."""

    __tablename__ = "customers"
    __table_args__ = (UniqueConstraint("tenant_id", "external_id"),)

    tenant_id: Mapped[TenantId]
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    external_id: Mapped[Words]


class Order(Model):
    """An order; ``shipping`` and ``tax`` are the order's, in minor units.

    ``platform_id`` tells orders of one name apart, and that an order of two names is one, where the
    source has such an id.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("tenant_id", "external_id"),
        CheckConstraint("discount >= 0 AND shipping >= 0 AND tax >= 0", name="amounts"),
        Index(
            "ix_orders_tenant_id_paid_at",
            "tenant_id",
            "paid_at",
            postgresql_include=["shipping", "tax"],
        ),
        Index(
            "ix_orders_tenant_id_platform_id",
            "tenant_id",
            "platform_id",
            postgresql_where=text("platform_id IS NOT NULL"),
        ),
        Index(
            "ix_orders_names_apart",
            "tenant_id",
            text('"left"(external_id, -length(platform_id) - 3)'),
            postgresql_where=text(
                "\"right\"(external_id, length(platform_id) + 3) = ' (' || platform_id || ')'"
            ),
        ),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    external_id: Mapped[Words]
    placed_at: Mapped[Instant]
    paid_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    channel: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    coupon_code: Mapped[str | None] = mapped_column(Text)
    discount: Mapped[Money]
    shipping: Mapped[Money]
    tax: Mapped[Money]
    platform_id: Mapped[str | None] = mapped_column(Text)


class OrderLine(Model):
    """A line of an order; ``order_discount`` is its share of the order's discount.

    Its value before discounts is ``unit_price * quantity + remainder``: where prices include the
    tax, what is left without it need not divide by the quantity.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND unit_price >= 0", name="amounts"),
        CheckConstraint("line_discount >= 0 AND order_discount >= 0", name="discounts"),
        CheckConstraint("remainder BETWEEN 0 AND quantity - 1", name="remainder"),
        CheckConstraint(
            "line_discount + order_discount <= unit_price * quantity + remainder", name="net"
        ),
        Index(
            "ix_order_lines_tenant_id_paid_at",
            "tenant_id",
            "paid_at",
            postgresql_include=[
                "product_id",
                "quantity",
                "unit_price",
                "line_discount",
                "order_discount",
                "remainder",
            ],
        ),
    )

    tenant_id: Mapped[TenantId]
    order_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    external_id: Mapped[Words]
    product_id: Mapped[int]
    paid_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_price: Mapped[Money]
    line_discount: Mapped[Money]
    order_discount: Mapped[Money]
    remainder: Mapped[Money]


class Refund(Model):
    """Goods returned or cancelled after payment, or a refunded part of shipping or tax.

    ``amount`` is the goods' value ex tax and shipping. A row without a line refunds shipping or
    tax alone, and its quantity and amount are 0. ``sold_at`` is its order's ``paid_at``; None where
    a load of code of before wrote the row.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "order_id"], ["orders.tenant_id", "orders.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["tenant_id", "order_id", "line_no"],
            ["order_lines.tenant_id", "order_lines.order_id", "order_lines.line_no"],
            name="fk_refunds_line",
            deferrable=True,
        ),
        ForeignKeyConstraint(["tenant_id", "product_id"], ["products.tenant_id", "products.id"]),
        UniqueConstraint(
            "tenant_id", "external_id", "order_id", "line_no", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("kind IN ('return', 'cancel', 'edit')", name="kind"),
        CheckConstraint(
            "quantity >= 0 AND amount >= 0 AND shipping >= 0 AND tax >= 0", name="amounts"
        ),
        CheckConstraint(
            "(line_no IS NULL) = (product_id IS NULL)"
            " AND (line_no IS NOT NULL OR (quantity = 0 AND amount = 0))",
            name="line",
        ),
        Index(
            "ix_refunds_tenant_id_processed_at",
            "tenant_id",
            "processed_at",
            postgresql_include=["product_id", "quantity", "amount", "shipping", "tax"],
        ),
        Index(
            "ix_refunds_tenant_id_sold_at",
            "tenant_id",
            "sold_at",
            postgresql_include=["product_id", "quantity"],
        ),
        Index("ix_refunds_tenant_id_order_id", "tenant_id", "order_id"),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    external_id: Mapped[Words]
    order_id: Mapped[int] = mapped_column(BigInteger)
    line_no: Mapped[int | None] = mapped_column(SmallInteger)
    product_id: Mapped[int | None] = mapped_column(Integer)
    processed_at: Mapped[Instant]
    kind: Mapped[Words]
    quantity: Mapped[int] = mapped_column(BigInteger, server_default="0")
    amount: Mapped[Money]
    shipping: Mapped[Money]
    tax: Mapped[Money]
    sold_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LedgerVersion(Model):
    """How often, and when last, a tenant's sales data changed: the version a report names.

    ``sales_at`` is when orders last came in; None where that was before it was noted.
    """

    __tablename__ = "ledger_versions"

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    changed_at: Mapped[Instant] = mapped_column(server_default=func.now())
    sales_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


LEDGER_LOCK_CLASS: Final = 0x1A6E57
"""One of the two keys of the ledger's lock, the tenant is the other; never changes."""

LOCK_LEDGER: Final = f"SELECT pg_advisory_xact_lock({LEDGER_LOCK_CLASS}, %(tenant_id)s)"
"""Holds the tenant's ledger: one load at a time, and no change of the tenant's zone or currency
meanwhile. As the driver takes it, for a load speaks to it straight; so do the two below.
"""

# The clock and not the transaction's start: a load that waited for the lock is the later one.
NEXT_VERSION: Final = """
    INSERT INTO ledger_versions AS v (tenant_id, version, changed_at)
    VALUES (%(tenant_id)s, 1, clock_timestamp())
    ON CONFLICT (tenant_id) DO UPDATE SET version = v.version + 1, changed_at = clock_timestamp()
    RETURNING version
"""
"""Counts the version of the tenant's ledger up, and answers it."""

NOTE_SALES: Final = """
    UPDATE ledger_versions SET sales_at = changed_at WHERE tenant_id = %(tenant_id)s
"""
"""Notes, after a new version, that orders came in with it."""
