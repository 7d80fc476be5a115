"""The table of frozen reports: what links show that stay at the moment of their issue.

A row is written in the transaction that enters its link, and deleted once the link opens no more.
"""

from uuid import UUID

import msgspec
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, RandomId, TenantId
from common.db.tenancy import TenantSession

MOST_BYTES = 16 * 1024 * 1024
"""What a frozen report may have, compressed."""


class FrozenReport(Model):
    """A report as it was; ``fields`` are those of its hash in Redis, as MessagePack.

    A link to a board has one for each of its reports.
    """

    __tablename__ = "frozen_reports"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "link_id"],
            ["shares.tenant_id", "shares.link_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint(f"octet_length(fields) <= {MOST_BYTES}", name="size"),
        Index("ix_frozen_reports_tenant_id_expires_at", "tenant_id", "expires_at"),
    )

    tenant_id: Mapped[TenantId]
    link_id: Mapped[RandomId] = mapped_column(Uuid, primary_key=True)
    report: Mapped[str] = mapped_column(Text, primary_key=True)
    fields: Mapped[bytes] = mapped_column(LargeBinary)
    frozen_at: Mapped[Instant]
    expires_at: Mapped[Instant]


def frozen_fields(
    session: TenantSession, tenant_id: int, link_id: UUID, report: str | None = None
) -> dict[str, dict[str, bytes]]:
    """The fields of a link's frozen reports by report type: of all, or of ``report`` alone."""
    query = select(FrozenReport.report, FrozenReport.fields).where(
        FrozenReport.tenant_id == tenant_id, FrozenReport.link_id == link_id
    )
    if report is not None:
        query = query.where(FrozenReport.report == report)
    found = session.execute(query).all()
    return {row.report: msgspec.msgpack.decode(row.fields, type=dict[str, bytes]) for row in found}
