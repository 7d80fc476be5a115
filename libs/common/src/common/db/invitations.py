"""Invitations to a tenant: one-time links that make an admin of whoever has one.

The link names its tenant and its row, so that nobody looks across tenants; of its secret there is
the digest. A row stays once it is used or revoked, and lets nobody in a second time.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, RandomId, TenantId, Words


class Invitation(Model):
    """An invitation of an e-mail address, in a role, by ``maker`` as they were called then."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("role IN ('owner', 'editor', 'viewer')", name="role"),
        CheckConstraint("created_at < expires_at", name="expiry"),
    )

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    id: Mapped[RandomId] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    email: Mapped[Words]
    role: Mapped[Words]
    created_at: Mapped[Instant]
    maker: Mapped[Words]
    expires_at: Mapped[Instant]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
