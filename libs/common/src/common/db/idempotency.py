"""The table of idempotency keys: answers of requests that must not be carried out twice.

A row is written in the transaction of what its request does, so that neither is without the other.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import JSON, DateTime, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Model, TenantId

KEPT: Final = timedelta(hours=24)
"""How long an answer is given again."""


class IdempotencyKey(Model):
    """A key of a tenant's clients: ``digest`` is the request's (SHA-256), ``answer`` its JSON."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_tenant_id_created_at", "tenant_id", "created_at"),)

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
