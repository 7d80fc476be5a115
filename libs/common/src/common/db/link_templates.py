"""Link templates: options that a shop's admins issue links with again and again, by a name.

What a row wants is read by ``sharing.link_wish``; a template opens nothing and holds no password.
"""

from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, RandomId, TenantId, Words

MAX_TEMPLATE_NAME_LENGTH: Final = 80
MOST_BYTES: Final = 16 * 1024
"""What a template may want, as JSON."""


class LinkTemplate(Model):
    """A template; its name is one of the tenant's, in any case, and ``wanted`` its options."""

    __tablename__ = "link_templates"
    __table_args__ = (
        CheckConstraint(f"char_length(name) BETWEEN 1 AND {MAX_TEMPLATE_NAME_LENGTH}", name="name"),
        CheckConstraint(f"octet_length(wanted::text) <= {MOST_BYTES}", name="size"),
        Index("ux_link_templates_tenant_id_name", "tenant_id", text("lower(name)"), unique=True),
    )

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    id: Mapped[RandomId] = mapped_column(Uuid, primary_key=True)
    name: Mapped[Words]
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]
