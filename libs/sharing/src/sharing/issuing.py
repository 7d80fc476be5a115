"""Issuing links: ledger first, then Redis, then the workers.

The ledger entry is what makes a link valid; the rest may fail. A link whose state did not reach
Redis is restored from the ledger when it is opened, and a report that no worker was asked for is
computed when it is asked for. Everything here is callable without HTTP.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from redis import RedisError
from sqlalchemy import Connection

from common.db.tenancy import Access, transaction
from common.jobs.publisher import JobsUnavailableError
from common.links.link_claims import LinkClaims
from common.links.options import LinkKind
from common.links.state import LinkRef
from common.links.token import KeyRing
from common.links.unlocking import hash_of
from common.reports import registry
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.window import Dates, Window, window_of
from sharing.boards import require_board
from sharing.data_notes import data_notes
from sharing.freezing import Fields, Frozen, keep
from sharing.hiding import normalised_of_all, require_known
from sharing.issue_errors import (
    DatesError,
    ExpiryOutOfRangeError,
    OptionsConflictError,
    SigningNotConfiguredError,
    require_password,
)
from sharing.issuing_context import IssuingContext
from sharing.link_request import IssuedLink, LinkRequest
from sharing.policy import held_to_policy
from sharing.recording import Draft, TenantTold, draft_of, enter, require_sharing, tenant_told

Begin = Callable[[Connection], None]
"""Called in the transaction that enters the links, before anything is written."""
Conclude = Callable[[Connection, Sequence[IssuedLink]], None]
"""Called in that transaction when all is written."""

_log = logging.getLogger(__name__)


def issue(request: LinkRequest, using: IssuingContext, *, now: datetime) -> IssuedLink:
    """Issue a link; see ``issue_all``."""
    return issue_all([request], using, now=now)[0]


def issue_all(
    requests: Sequence[LinkRequest],
    using: IssuingContext,
    *,
    now: datetime,
    begin: Begin | None = None,
    conclude: Conclude | None = None,
) -> list[IssuedLink]:
    """Issue links to reports over complete days before ``now``: all of them, or none.

    They are of one tenant, whose sharing policy holds for each. Data notes are looked up for a
    single link alone.

    Raises:
        SigningNotConfiguredError: there is no signing secret.
        SharingOffError: the tenant has turned sharing off.
        TooManySharesError: the tenant has issued too many of late.
        NotFrozenError, TooMuchFrozenError: a report that is to stay as it is cannot be kept.
        Exception: what ``check_request`` raises for one of them, or ``begin``.
    """
    using = held_to_policy(using, requests[0].tenant_id)
    windows = [check_request(each, using, now=now) for each in requests]
    ring = using.ring
    if ring is None:
        raise SigningNotConfiguredError
    tenant_id = requests[0].tenant_id
    if using.rate_limit is not None:
        using.rate_limit.check(tenant_id, len(requests))
    hashes = {password: hash_of(password) for password in _passwords(requests)}
    drafts = [
        draft_of(
            request,
            _claims(request, window, using, now),
            ring.key_id,
            now=now,
            password_hash=hashes.get(request.password or "", request.password_hash),
        )
        for request, window in zip(requests, windows, strict=True)
    ]
    frozen = [draft for draft in drafts if draft.options.frozen]
    reports = using.freezer.take([job for draft in frozen for job in draft.computations])
    notes = ""
    if len(drafts) == 1:
        (request,) = requests
        notes = data_notes(using.engine, drafts[0].claims, request.zone, request.compare)
    links = [_issued(draft, ring, using.public_base_url, notes) for draft in drafts]
    with transaction(using.engine, Access(tenant_id=tenant_id)) as session:
        if begin is not None:
            begin(session.connection())
        require_sharing(session, tenant_id)
        for draft in drafts:
            enter(session, draft)
        keep(session, _frozen(frozen, reports))
        tenant = tenant_told(session, requests[0])
        if conclude is not None:
            session.flush()
            conclude(session.connection(), links)
    _announce(drafts, tenant, using)
    return links


def check_request(request: LinkRequest, using: IssuingContext, *, now: datetime) -> Window:
    """Refuse what cannot be issued; the window that the link would show.

    Raises:
        UnknownReportError: no such report type.
        AnalyticsNotYetImplementedError: a report type that cannot be computed yet.
        ExpiryOutOfRangeError: the life asked for is not allowed.
        DatesError: the last day asked for is not over, or was skipped in the zone.
        OptionsConflictError: options that exclude each other.
        BoardError: reports that cannot be a board.
        UnknownSectionError: a section to be hidden is none of the report's.
        LinkPasswordError: the password is too short or too long.
    """
    if not registry.find(request.report).implemented:
        raise AnalyticsNotYetImplementedError(request.report)
    require_board(request.report, request.reports)
    require_known(request.shown, request.hide)
    if request.password is not None:
        require_password(request.password)
    ttl = _life(request, using)
    if not 0 < ttl <= using.max_ttl_seconds:
        raise ExpiryOutOfRangeError(ttl, using.max_ttl_seconds)
    if request.kind is LinkKind.LIVE and isinstance(request.days, Dates):
        raise OptionsConflictError("live", "moves with the days of a period: not with dates")
    if request.embed and (request.password or request.password_hash):
        raise OptionsConflictError("embed", "is sent no cookie by other sites: not with password")
    if request.kind is LinkKind.FROZEN and request.ranges:
        raise OptionsConflictError("ranges", "need figures of other days: not with frozen")
    if request.changes and request.kind is not LinkKind.FROZEN:
        raise OptionsConflictError("changes", "are those since the freezing: only with frozen")
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


def _passwords(requests: Sequence[LinkRequest]) -> set[str]:
    """Each once: a hash takes a tenth of a second."""
    return {each.password for each in requests if each.password is not None}


def _life(request: LinkRequest, using: IssuingContext) -> int:
    return using.ttl_seconds if request.expires_in is None else request.expires_in


def _claims(
    request: LinkRequest, window: Window, using: IssuingContext, now: datetime
) -> LinkClaims:
    # Tokens count whole seconds: rounded up, so that no link lives shorter than was asked for.
    issued_at = whole_second(now)
    return LinkClaims(
        link_id=uuid4(),
        tenant_id=request.tenant_id,
        report=request.report,
        window=window,
        issued_at=issued_at,
        expires_at=issued_at + timedelta(seconds=_life(request, using)),
        redacted=bool(normalised_of_all(request.shown, request.hide)),
    )


def _issued(draft: Draft, ring: KeyRing, public_base_url: str, notes: str) -> IssuedLink:
    return IssuedLink(
        share_id=draft.share.id,
        url=f"{public_base_url}/api/reports/{ring.issue(draft.claims)}",
        report=draft.claims.report,
        window=draft.claims.window,
        expires_at=draft.claims.expires_at,
        notes=notes,
    )


def _frozen(drafts: Sequence[Draft], reports: Sequence[Fields]) -> list[Frozen]:
    """What was taken for each link, in the order of their computations."""
    links = [(draft.share, job.report) for draft in drafts for job in draft.computations]
    return [Frozen(*link, fields) for link, fields in zip(links, reports, strict=True)]


def _announce(drafts: Sequence[Draft], tenant: TenantTold, using: IssuingContext) -> None:
    """Let the links open and have their reports computed, as far as Redis takes part.

    The first failure ends it: a dead server is waited for once, not at every step.
    """
    try:
        using.states.store_tenant_name(drafts[0].claims.tenant_id, tenant.name)
        using.states.store_brand(drafts[0].claims.tenant_id, *tenant.brand)
        for draft in drafts:
            claims = draft.claims
            link = LinkRef(claims.tenant_id, claims.link_id, claims.expires_at)
            using.states.activate(link, draft.options)
        moving = (draft for draft in drafts if not draft.options.frozen)
        wanted = (job for draft in moving for job in draft.computations)
        for job in dict.fromkeys(wanted):
            using.jobs.request_fresh(job)
    except (RedisError, OSError, JobsUnavailableError) as error:
        _log.warning(
            "link issued, its report not requested",
            extra={"report": drafts[0].claims.report, "error": type(error).__name__},
        )
