"""The table of stock counts: as they were taken, never changed by a sale."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Model, TenantId


class StockCount(Model):
    """Pieces of a product on hand at an instant; below 0 where a shop sold what it did not have."""

    __tablename__ = "stock_counts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["products.tenant_id", "products.id"], ondelete="CASCADE"
        ),
        Index(
            *("ix_stock_counts_tenant_id_empty", "tenant_id", "product_id", "counted_at"),
            postgresql_where=text("on_hand <= 0"),
        ),
    )

    tenant_id: Mapped[TenantId]
    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    on_hand: Mapped[int] = mapped_column(BigInteger)
