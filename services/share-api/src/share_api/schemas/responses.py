"""Response schemas, in camelCase; instants by ``common.instants.iso``."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, PlainSerializer, WithJsonSchema

from accounts.memberships import Account, TenantFacts
from common.db.accounts import Role
from common.db.pagination import Page
from common.instants import iso
from common.links.options import LinkKind
from common.links.ranges import Range
from common.reports.comparison import Comparison
from common.reports.window import Window
from share_api.schemas.api_model import ApiModel
from share_api.schemas.hidden import HiddenView
from sharing.boards import reports_of
from sharing.hiding import hidden_by
from sharing.link_request import IssuedLink
from sharing.listing import LedgerEntry, ShareState
from sharing.options import comparison_of

Instant = Annotated[
    datetime,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-05-02T00:00:00.000Z"]},
        mode="serialization",
    ),
]


class WindowView(ApiModel):
    """A half-open window: `from` ≤ t < `to`."""

    start: Instant = Field(serialization_alias="from")
    end: Instant = Field(serialization_alias="to")

    @classmethod
    def of(cls, window: Window) -> Self:
        """As clients see it."""
        return cls(start=window.start, end=window.end)


class IssuedView(ApiModel):
    """A link that was issued."""

    url: str = Field(examples=["https://app.example.com/api/reports/<token>"])
    expires_at: Instant
    report_type: str
    period: WindowView

    @classmethod
    def of(cls, link: IssuedLink) -> Self:
        """As clients see it."""
        return cls(
            url=link.url,
            expires_at=link.expires_at,
            report_type=link.report,
            period=WindowView.of(link.window),
        )


class BulkIssuedLinkView(IssuedView):
    """A link that was issued with others; ``id`` is its entry in the share ledger."""

    id: UUID

    @classmethod
    def of(cls, link: IssuedLink) -> Self:
        """As clients see it."""
        return cls(id=link.share_id, **dict(IssuedView.of(link)))


class BulkIssuedView(ApiModel):
    """Links that were issued together, in the order of the request."""

    shares: tuple[BulkIssuedLinkView, ...]


class SharePeriodView(WindowView):
    """A window and the period it was asked for as."""

    name: str


class ShareView(ApiModel):
    """An entry of the share ledger."""

    id: UUID
    report_type: str = Field(description="The report that opens first.")
    reports: tuple[str, ...] = Field(
        description="The reports of its board, in the order of the tabs; one of a single report."
    )
    period: SharePeriodView
    kind: LinkKind = Field(
        description="Whether the window stays (`fixed`) or moves (`live`); `frozen`: all stays."
    )
    protected: bool = Field(description="Whether it asks for a password.")
    ranges: tuple[Range, ...] = Field(description="What its readers may choose.")
    embed: tuple[str, ...] = Field(description="The origins whose pages may frame it.")
    compare: Comparison = Field(description="What its days are shown beside at first.")
    hide: HiddenView = Field(description="What it leaves out of the report.")
    changes: bool = Field(description="Whether readers may see what changed since it was frozen.")
    created_at: Instant
    expires_at: Instant
    created_by: str | None = Field(
        description="E-mail address of the admin, or who else issued it; null for a former one."
    )
    state: ShareState
    revoked_at: Instant | None
    label: str | None = Field(description="What the admins call it.")
    views: int = Field(description="How often people looked at the page.")
    downloads: int = Field(description="How often people took the CSV.")
    last_viewed_at: Instant | None

    @classmethod
    def of(cls, entry: LedgerEntry) -> Self:
        """As clients see it."""
        share = entry.share
        return cls(
            id=share.id,
            report_type=share.report,
            reports=reports_of(share),
            period=SharePeriodView(name=share.period, start=share.window_from, end=share.window_to),
            kind=LinkKind(share.kind),
            protected=share.password_hash is not None,
            ranges=tuple(map(Range, share.ranges or ())),
            embed=tuple(share.embed or ()),
            compare=comparison_of(share),
            hide=HiddenView.of(hidden_by(share)),
            changes=bool(share.changes),
            created_at=share.issued_at,
            expires_at=share.expires_at,
            created_by=entry.creator,
            state=entry.state,
            revoked_at=share.revoked_at,
            label=share.label,
            views=share.views,
            downloads=share.downloads,
            last_viewed_at=share.last_viewed_at,
        )


class SharesView(ApiModel):
    """A page of the share ledger, newest first."""

    items: tuple[ShareView, ...]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last.")

    @classmethod
    def of(cls, page: Page[LedgerEntry]) -> Self:
        """As clients see it."""
        return cls(
            items=tuple(map(ShareView.of, page.items)),
            next_cursor=page.next.encode() if page.next else None,
        )


class AddressView(ApiModel):
    """The address of a link, and of its CSV."""

    url: str = Field(examples=["https://app.example.com/api/reports/<token>"])
    csv_url: str


class RevokedView(ApiModel):
    """How many links were revoked."""

    revoked: int


class TenantView(ApiModel):
    """A tenant the admin may act for."""

    slug: str
    name: str
    currency: str
    timezone: str

    @classmethod
    def of(cls, tenant: TenantFacts) -> Self:
        """As clients see it."""
        return cls(
            slug=tenant.slug, name=tenant.name, currency=tenant.currency, timezone=tenant.timezone
        )


class SessionView(ApiModel):
    """Who is logged in, the tenant they act for, and those they could choose."""

    email: str
    role: Role | None = Field(description="What they may do for that tenant.")
    tenant: TenantView | None
    tenants: tuple[TenantView, ...]

    @classmethod
    def of(cls, account: Account, tenant: TenantFacts | None) -> Self:
        """As clients see it."""
        return cls(
            email=account.email,
            role=account.roles[tenant.id] if tenant else None,
            tenant=TenantView.of(tenant) if tenant else None,
            tenants=tuple(map(TenantView.of, account.tenants)),
        )


class Health(ApiModel):
    """That all is well."""

    status: Literal["ok"]


class Readiness(ApiModel):
    """That requests can be served, and what is amiss all the same."""

    status: Literal["ready"]
    degraded: list[str]
