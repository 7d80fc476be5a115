"""The table of data gaps: what an import could not know of an order, until another one tells it.

A row is written and settled in the transaction of a load; see ``ingest.ledger.gaps``.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, TenantId


class DataGapOfOrder(Model):
    """A gap of one order, which may not be in the ledger itself.

    ``kind`` is one of ``common.reports.document.gaps.GapKind``. It touches the instants from
    ``since`` to ``until``, both included. ``stated`` is what the source said of it in the minor
    unit, and ``amount`` what of that is still open: 0 once it is settled, None where the source
    gave no amount. Of refunds that are not known ``stated`` says what the order's state tells: 0
    that a part was paid back, else all (1, or a worth that is not looked at), None where not that
    tells of them.
    """

    __tablename__ = "data_gaps"
    __table_args__ = (
        CheckConstraint("since <= until", name="span"),
        Index("ix_data_gaps_tenant_id_since", "tenant_id", "since"),
    )

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    order_id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[Instant]
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    stated: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[int | None] = mapped_column(BigInteger)
