"""Issuing a link: ledger first, then Redis, then the workers.

The ledger entry is what makes a link valid; the rest may fail. A link whose state did not reach
Redis is restored from the ledger when it is opened, and a report that no worker was asked for is
computed when it is asked for. Everything here is callable without HTTP.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from redis import RedisError
from sqlalchemy import Engine, select

from common.db.accounts import Tenant
from common.db.audit import Action, Author, record
from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.http.problem import Problem
from common.instants import iso
from common.jobs.payloads import ComputeReport
from common.jobs.publisher import JobPublisher, JobsUnavailableError
from common.links.state import LinkRef, LinkStateStore
from common.links.tenant_names import TenantName
from common.links.token import KeyRing, LinkClaims
from common.reports import registry
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.window import Period, Window, window_of
from sharing.rate_limits import ShareRateLimit
from sharing.switch import off_since

_log = logging.getLogger(__name__)


class IssueError(Problem):
    """The link is not issued."""


class ExpiryOutOfRangeError(IssueError):
    """The life asked for is not positive, or longer than allowed."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-body"
    title = "Invalid request body"
    fixed_detail = "The request body is not valid."

    def __init__(self, seconds: int, most: int) -> None:
        super().__init__(f"must be from 1 to {most} seconds")
        self.seconds = seconds
        self.most = most

    @property
    def errors(self) -> list[dict[str, str]]:
        """The field of the body that the life is in."""
        return [{"pointer": "/expiresInSeconds", "detail": str(self)}]


class SigningNotConfiguredError(IssueError):
    """There is no key to sign with."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "signing-not-configured"
    title = "Signing not configured"

    def __init__(self) -> None:
        super().__init__("ANALYTICS_SHARE_SIGNING_SECRET is not configured: no link can be issued.")


class SharingOffError(IssueError):
    """The tenant does not share."""

    status = HTTPStatus.CONFLICT
    type = "sharing-off"
    title = "Sharing is turned off"

    def __init__(self, since: datetime) -> None:
        super().__init__("Sharing is turned off: turn it on to issue links.")
        self.since = since


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """What is asked for, and by whom. ``expires_in`` is in seconds; None takes the default."""

    tenant_id: int
    zone: ZoneInfo
    report: str
    period: Period
    author: Author
    expires_in: int | None = None


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A link. ``share_id`` manages it and opens nothing; ``url`` opens it and manages nothing."""

    share_id: UUID
    url: str
    report: str
    window: Window
    expires_at: datetime


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
    """Issue a link to the report over the last complete days before ``now``.

    Raises:
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
        window=window_of(request.period, request.zone, now=now),
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
    )


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
                period=request.period.value,
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
            period=request.period.value,
            expiresAt=iso(claims.expires_at),
        )
        name = session.scalar(select(Tenant.name).where(Tenant.id == claims.tenant_id))
    return share_id, TenantName(str(name), request.zone.key)


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
