"""The share ledger: every link ever issued, and whether it was revoked.

``id`` is what an admin manages, ``link_id`` what the token carries: knowing one never gives the
other, so that a link cannot manage itself and a ledger entry cannot open a report.
"""

from datetime import date, datetime
from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model, RandomId, TenantId, Words

MAX_LABEL_LENGTH = 120
DAILY_VIEWS_SHOWN: Final = 30
"""The last days, today among them, that views are told of by day."""
DAILY_VIEWS_KEPT: Final = DAILY_VIEWS_SHOWN + 2
"""Days: those that are shown in any zone."""


def _member(column: str) -> ForeignKeyConstraint:
    """The acting admin is a member of the tenant; the entry outlives the membership.

    Whoever removes a member lets go of the entry first, or a trigger does.
    """
    return ForeignKeyConstraint(
        ["tenant_id", column], ["memberships.tenant_id", "memberships.admin_id"]
    )


class Share(Model):
    """One issued link. The window is half open, and that of the issue.

    ``kind`` says whether it stays (``fixed``), moves with the days of ``period`` (``live``) or
    stays with the figures of its issue (``frozen``, see ``frozen_reports``). ``password_hash`` is
    argon2's of the password it asks for; a change of that counts ``revision`` up, at
    ``changed_at``.

    ``ranges`` are the days that its readers may choose, by ``common.links.ranges``, ``embed`` the
    origins whose pages may frame it, ``compare`` what it shows its days beside; None is the days
    before. ``hide`` is what it leaves out of its report (``common.reports.redaction``);
    ``changes``: readers of a frozen one may see what has changed since. ``reports`` are those of
    its board, by their tabs, ``report`` among them, which opens first; None is that one alone.
    ``label`` is what admins call it; whoever opens it is not told.
    ``created_by`` is the admin who issued it, ``creator`` the name of an issuer that is no admin.
    ``views`` and ``downloads`` count what people did, as far as it was brought over from Redis.
    """

    __tablename__ = "shares"
    __table_args__ = (
        _member("created_by"),
        _member("revoked_by"),
        CheckConstraint("window_from < window_to", name="window"),
        CheckConstraint(f"char_length(label) BETWEEN 1 AND {MAX_LABEL_LENGTH}", name="label"),
        CheckConstraint("kind <> 'live' OR period <> 'dates'", name="kind"),
        CheckConstraint("issued_at < expires_at", name="expiry"),
        CheckConstraint("created_by IS NULL OR creator IS NULL", name="creator"),
        Index("ux_shares_tenant_id_link_id", "tenant_id", "link_id", unique=True),
        Index("ix_shares_tenant_id_issued_at", "tenant_id", "issued_at", "id"),
        Index(
            "ix_shares_tenant_id_revoked_at",
            "tenant_id",
            "revoked_at",
            postgresql_where=text("revoked_at IS NOT NULL"),
        ),
        Index(
            "ix_shares_tenant_id_changed_at",
            "tenant_id",
            "changed_at",
            postgresql_where=text("changed_at IS NOT NULL"),
        ),
        Index(
            "ix_shares_tenant_id_expires_at",
            "tenant_id",
            "expires_at",
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    id: Mapped[RandomId] = mapped_column(Uuid, primary_key=True)
    link_id: Mapped[RandomId]
    report: Mapped[Words]
    period: Mapped[Words]
    kind: Mapped[Words] = mapped_column(server_default="fixed")
    window_from: Mapped[Instant]
    window_to: Mapped[Instant]
    key_id: Mapped[Words]
    issued_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    password_hash: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer, server_default="0")
    changed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[int | None] = mapped_column(Integer)
    creator: Mapped[str | None] = mapped_column(Text)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_by: Mapped[int | None] = mapped_column(Integer)
    label: Mapped[str | None] = mapped_column(Text)
    ranges: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    embed: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    compare: Mapped[str | None] = mapped_column(Text)
    hide: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    reports: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    changes: Mapped[bool | None] = mapped_column(Boolean)
    views: Mapped[int] = mapped_column(BigInteger, server_default="0")
    downloads: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_viewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SharingStop(Model):
    """The tenant does not share since then; sharing is on where there is no such row."""

    __tablename__ = "sharing_stops"

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    since: Mapped[Instant]


class ViewBatch(Model):
    """A batch of views that is added up in ``shares``: the inbox that lets each count once."""

    __tablename__ = "view_batches"
    __table_args__ = (Index("ix_view_batches_tenant_id_received_at", "tenant_id", "received_at"),)

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    id: Mapped[RandomId] = mapped_column(Uuid, primary_key=True)
    received_at: Mapped[Instant] = mapped_column(server_default=func.now())


class DailyViews(Model):
    """The views of a link on a day of its tenant's zone, as far as they were brought over.

    A day without any has no row. A day stays that of the zone it was counted in.
    """

    __tablename__ = "daily_views"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "link_id"],
            ["shares.tenant_id", "shares.link_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("views > 0", name="views"),
        Index("ix_daily_views_tenant_id_day", "tenant_id", "day", postgresql_include=["views"]),
    )

    tenant_id: Mapped[TenantId]
    link_id: Mapped[RandomId] = mapped_column(Uuid, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    views: Mapped[int] = mapped_column(BigInteger)
