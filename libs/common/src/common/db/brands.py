"""The table of brands: what a tenant's links show of it beside its figures."""

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Model, TenantId

MOST_NAME: Final = 80
MOST_FOOTER: Final = 300
MOST_LOGO_BYTES: Final = 8 * 1024
"""A page carries its logo: with it, it stays within its budget."""


class BrandRow(Model):
    """A tenant's brand; what is not set is as without one.

    ``revision`` grows with every change. ``accent`` is a colour as ``#rrggbb``; ``logo`` is a PNG
    of our own making, ``logo_ground`` (``common.links.brand.Ground``) what it has to stand on.
    """

    __tablename__ = "brands"
    __table_args__ = (
        CheckConstraint(f"char_length(name) BETWEEN 1 AND {MOST_NAME}", name="name"),
        CheckConstraint("accent ~ '^#[0-9a-f]{6}$'", name="accent"),
        CheckConstraint(f"char_length(footer) BETWEEN 1 AND {MOST_FOOTER}", name="footer"),
        CheckConstraint(f"octet_length(logo) <= {MOST_LOGO_BYTES}", name="logo"),
        CheckConstraint("logo_ground IN ('any', 'light', 'dark')", name="logo_ground"),
    )

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str | None] = mapped_column(Text)
    accent: Mapped[str | None] = mapped_column(Text)
    footer: Mapped[str | None] = mapped_column(Text)
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    logo_width: Mapped[int | None] = mapped_column(SmallInteger)
    logo_height: Mapped[int | None] = mapped_column(SmallInteger)
    logo_ground: Mapped[str | None] = mapped_column(Text)
