"""Who may act for whom: tenants (shops), admins, and the memberships between them.

``admins`` is the one table without a tenant: a person may run several shops. A membership belongs
to its tenant, and is also visible to the admin it names, which is how a login finds its shops.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Integer,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, TenantId, Words

MAX_NAME_LENGTH: Final = 200
"""Of a tenant, in characters."""


class GiftCards(StrEnum):
    """What a gift card that was sold is: as the source of the orders has it, or one for all."""

    PLATFORM = "platform"
    SALE = "sale"
    LIABILITY = "liability"


class Tenant(Model):
    """A shop: its currency (ISO 4217) and IANA time zone decide every figure of its reports.

    ``gift_cards`` (``GiftCards``) says how orders are read from now on. Links live for
    ``max_link_seconds`` at most, where the service allows more; ``link_base_url`` is where they
    point to, in place of the service's own address. One that is ``arriving`` is a copy that does
    not count yet: another server holds the tenant.
    """

    __tablename__ = "tenants"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name="slug"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint(f"char_length(name) <= {MAX_NAME_LENGTH}", name="name"),
        CheckConstraint("max_link_seconds >= 60", name="max_link_seconds"),
        CheckConstraint("gift_cards IN ('platform', 'sale', 'liability')", name="gift_cards"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[Words]
    currency: Mapped[Words]
    timezone: Mapped[Words]
    gift_cards: Mapped[Words] = mapped_column(server_default=GiftCards.PLATFORM)
    max_link_seconds: Mapped[int | None] = mapped_column(Integer)
    link_base_url: Mapped[str | None] = mapped_column(Text, unique=True)
    arriving: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())


class Admin(Model):
    """A person who may log in; ``password_hash`` is an argon2id hash.

    A session is one of the ``session_generation`` it was begun in: counting that up ends them all.
    """

    __tablename__ = "admins"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[Words]
    session_generation: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())


class Role(StrEnum):
    """What a member may do for a tenant; the names are stored."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class Membership(Model):
    """An admin's right to act for a tenant, as far as their role goes."""

    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint("role IN ('owner', 'editor', 'viewer')", name="role"),)

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    admin_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("admins.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(Text, server_default=Role.OWNER.value)
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())
