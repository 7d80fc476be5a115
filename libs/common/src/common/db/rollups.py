"""Sums of the ledger kept by local day, so that a report's cost does not grow with the orders.

Every write to orders, lines or refunds marks the local days it touches, in its own transaction (see
the triggers in the migrations). A day without a mark is exact; ``worker.reports.rollup_refresh``
sums marked days again before a report reads them. Marks are only ever added by writers: one that is
not committed yet cannot be taken away by a refresh that does not see its data.
"""

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Identity, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Model, Money, TenantId


class DirtyDay(Model):
    """A mark: the day's sums are not to be trusted. A day may carry many."""

    __tablename__ = "dirty_days"

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    mark: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


class DailySales(Model):
    """The ledger's sums of one local day; a day without events has no row.

    ``cancelled`` and ``edited`` are parts of ``returns``; None where code of before them summed.
    """

    __tablename__ = "daily_sales"

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    orders: Mapped[int] = mapped_column(BigInteger)
    units_sold: Mapped[int] = mapped_column(BigInteger)
    units_returned: Mapped[int] = mapped_column(BigInteger)
    gross: Mapped[Money]
    discounts: Mapped[Money]
    returns: Mapped[Money]
    shipping: Mapped[Money]
    tax: Mapped[Money]
    cancelled: Mapped[int | None] = mapped_column(BigInteger)
    edited: Mapped[int | None] = mapped_column(BigInteger)


class ProductSales(Model):
    """A product's sums over a block of ``span`` local days from ``day`` on (see ``blocks``).

    The key carries the sums along, so that a report reads the index alone.
    """

    __tablename__ = "product_sales"

    tenant_id: Mapped[TenantId]
    span: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    product_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    units_sold: Mapped[int] = mapped_column(BigInteger)
    units_returned: Mapped[int] = mapped_column(BigInteger)
    gross: Mapped[Money]
    discounts: Mapped[Money]
    returns: Mapped[Money]
