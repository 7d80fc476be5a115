"""API keys: what programs show in place of a session, each for one tenant.

A key comes with a request and no tenant: a row is visible to its tenant, and to a transaction that
shows the digest of the whole key. The key itself is kept nowhere.
"""

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, RandomId, TenantId, Words

MAX_KEY_NAME_LENGTH = 100


class ApiKey(Model):
    """A key, by the SHA-256 of its text, and what it may do.

    ``created_by`` is the admin who made it, and ``maker`` what they were called; a key goes with
    the membership of who made it. Made by the command line, it belongs to nobody.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "created_by"],
            ["memberships.tenant_id", "memberships.admin_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        CheckConstraint(f"char_length(name) BETWEEN 1 AND {MAX_KEY_NAME_LENGTH}", name="name"),
        CheckConstraint("created_at < expires_at", name="expiry"),
        Index("ux_api_keys_digest", "digest", unique=True),
        Index("ix_api_keys_tenant_id_created_at", "tenant_id", "created_at", "id"),
        Index("ix_api_keys_tenant_id_created_by", "tenant_id", "created_by"),
    )

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    id: Mapped[RandomId] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[Words]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[Instant]
    created_by: Mapped[int | None] = mapped_column(Integer)
    maker: Mapped[Words]
    expires_at: Mapped[Instant]
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
