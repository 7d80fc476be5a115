"""The table of changes of closed days: orders that were changed after the day they counted on.

A row is written in the transaction that changes the order; see ``ingest.ledger.closed_days``.
"""

from sqlalchemy import DateTime, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, TenantId


class ClosedDayChange(Model):
    """An order that counted at ``counted_at``, or does since, on a day that was over by then.

    ``changed_at`` is when that was done last. The order may not be in the ledger any more.
    """

    __tablename__ = "closed_day_changes"
    __table_args__ = (
        Index("ix_closed_day_changes_tenant_id_counted_at", "tenant_id", "counted_at"),
    )

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    order_id: Mapped[str] = mapped_column(Text, primary_key=True)
    counted_at: Mapped[Instant] = mapped_column(DateTime(timezone=True), primary_key=True)
    changed_at: Mapped[Instant]
