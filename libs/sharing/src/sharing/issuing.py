"""Issuing a link: ledger first, then Redis, then the workers.

The ledger entry is what makes a link valid; the rest may fail. A link whose state did not reach
Redis is restored from the ledger when it is opened, and a report that no worker was asked for is
computed when it is asked for. Everything here is callable without HTTP.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from redis import RedisError
from sqlalchemy import Engine, select

from common.db.accounts import Tenant
from common.db.audit import Action, Author, record
from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.instants import iso
from common.jobs.payloads import ComputeReport
from common.jobs.publisher import JobPublisher, JobsUnavailableError
from common.links.state import LinkRef, LinkStateStore
from common.links.tenant_names import TenantName
from common.links.token import KeyRing, LinkClaims
from common.reports import registry
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.window import Dates, Period, Window, window_of
from sharing.data_notes import data_notes
from sharing.issue_errors import (
    DatesError,
    ExpiryOutOfRangeError,
    SharingOffError,
    SigningNotConfiguredError,
)
from sharing.rate_limits import ShareRateLimit
from sharing.switch import off_since

CALENDAR: Final = "dates"
"""What the ledger calls days that the calendar names; its window says which."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """What is asked for, and by whom. ``expires_in`` is in seconds; None takes the default.

    ``days`` are the last complete ones of a period, or such as the calendar names.
    """

    tenant_id: int
    zone: ZoneInfo
    report: str
    days: Period | Dates
    author: Author
    expires_in: int | None = None

    @property
    def period(self) -> str:
        """The name that the ledger and the audit log have for the days."""
        return self.days.value if isinstance(self.days, Period) else CALENDAR


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A link. ``share_id`` manages it and opens nothing; ``url`` opens it and manages nothing.

    ``notes`` are the gaps of what it shows now, see ``common.reports.document.gap_header``.
    """

    share_id: UUID
    url: str
    report: str
    window: Window
    expires_at: datetime
    notes: str = ""


@dataclass(frozen=True, slots=True)
class IssuingContext:
    """What issuing takes: where it is written, the keys, and the limits in seconds."""

    engine: Engine
    ring: KeyRing | None
    states: LinkStateStore
    jobs: JobPublisher
    public_base_url: str
    ttl_seconds: int
    max_ttl_seconds: int
    rate_limit: ShareRateLimit | None = None


def issue(request: LinkRequest, using: IssuingContext, *, now: datetime) -> IssuedLink:
    """Issue a link to the report over complete days before ``now``.

    Raises:
        DatesError: the last day asked for is not over, or was skipped in the zone.
        UnknownReportError: no such report type.
        AnalyticsNotYetImplementedError: a report type that cannot be computed yet.
        ExpiryOutOfRangeError: the life asked for is not allowed.
        SigningNotConfiguredError: there is no signing secret.
        SharingOffError: the tenant has turned sharing off.
        TooManySharesError: the tenant has issued too many of late.
    """
    _require_implemented(request.report)
    ttl = using.ttl_seconds if request.expires_in is None else request.expires_in
    if not 0 < ttl <= using.max_ttl_seconds:
        raise ExpiryOutOfRangeError(ttl, using.max_ttl_seconds)
    window = _window(request, now)
    if using.ring is None:
        raise SigningNotConfiguredError
    if using.rate_limit is not None:
        using.rate_limit.check(request.tenant_id)
    # Tokens count whole seconds: rounded up, so that no link lives shorter than was asked for.
    issued_at = whole_second(now)
    claims = LinkClaims(
        link_id=uuid4(),
        tenant_id=request.tenant_id,
        report=request.report,
        window=window,
        issued_at=issued_at,
        expires_at=issued_at + timedelta(seconds=ttl),
    )
    token = using.ring.issue(claims)
    share_id, tenant = _record(request, claims, using.ring, using.engine, now=now)
    _announce(claims, tenant, using)
    return IssuedLink(
        share_id=share_id,
        url=f"{using.public_base_url}/api/reports/{token}",
        report=claims.report,
        window=claims.window,
        expires_at=claims.expires_at,
        notes=data_notes(using.engine, claims, request.zone),
    )


def _window(request: LinkRequest, now: datetime) -> Window:
    today = now.astimezone(request.zone).date()
    if isinstance(request.days, Dates) and request.days.last >= today:
        raise DatesError(f"must be a day that is over: {today - timedelta(days=1)} at the latest")
    try:
        return window_of(request.days, request.zone, now=now)
    except ValueError:  # Samoa went from the 29th to the 31st of December 2011
        raise DatesError("the calendar of the tenant's zone left this day out") from None


def whole_second(instant: datetime) -> datetime:
    """The first whole second that is not before ``instant``."""
    return (instant + timedelta(seconds=1, microseconds=-1)).replace(microsecond=0)


def _require_implemented(slug: str) -> None:
    if not registry.find(slug).implemented:
        raise AnalyticsNotYetImplementedError(slug)


def _record(
    request: LinkRequest, claims: LinkClaims, ring: KeyRing, engine: Engine, *, now: datetime
) -> tuple[UUID, TenantName]:
    """Enter the link with the exact instant of its issue, so that the ledger keeps its order.

    Returns its entry's id, and how its previews name the shop.
    """
    share_id = uuid4()
    author = request.author
    with transaction(engine, Access(tenant_id=claims.tenant_id)) as session:
        if (since := off_since(session, claims.tenant_id)) is not None:
            raise SharingOffError(since)
        session.add(
            Share(
                tenant_id=claims.tenant_id,
                id=share_id,
                link_id=claims.link_id,
                report=claims.report,
                period=request.period,
                window_from=claims.window.start,
                window_to=claims.window.end,
                key_id=ring.key_id,
                issued_at=now,
                expires_at=claims.expires_at,
                created_by=author.admin_id,
                creator=author.name if author.admin_id is None else None,
            )
        )
        record(
            session,
            claims.tenant_id,
            Action.LINK_ISSUED,
            author,
            at=now,
            subject=share_id,
            report=claims.report,
            period=request.period,
            **_calendar(request),
            expiresAt=iso(claims.expires_at),
        )
        name = session.scalar(select(Tenant.name).where(Tenant.id == claims.tenant_id))
    return share_id, TenantName(str(name), request.zone.key)


def _calendar(request: LinkRequest) -> dict[str, str]:
    if isinstance(request.days, Period):
        return {}
    return {"first": request.days.first.isoformat(), "last": request.days.last.isoformat()}


def _announce(claims: LinkClaims, tenant: TenantName, using: IssuingContext) -> None:
    """Let the link open and have its report computed, as far as Redis takes part.

    The first failure ends it: a dead server is waited for once, not at every step.
    """
    job = ComputeReport(claims.tenant_id, claims.report, claims.window)
    try:
        using.states.store_tenant_name(claims.tenant_id, tenant)
        using.states.activate(LinkRef(claims.tenant_id, claims.link_id, claims.expires_at))
        using.jobs.request_fresh(job)
    except (RedisError, OSError, JobsUnavailableError) as error:
        _log.warning(
            "link issued, its report not requested",
            extra={"report": claims.report, "error": type(error).__name__},
        )
