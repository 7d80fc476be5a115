"""Recording of issued links: their entries in the share ledger and the audit log.

The first entry of a transaction makes revocations of all links wait for its end.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from common.db.accounts import Tenant
from common.db.audit import Action, record
from common.db.shares import Share
from common.db.tenancy import TenantSession
from common.instants import iso
from common.links.tenant_names import TenantName
from common.links.token import KeyRing, LinkClaims
from sharing.issue_errors import SharingOffError
from sharing.link_request import LinkRequest
from sharing.switch import off_since


@dataclass(frozen=True, slots=True)
class Draft:
    """A link that is about to be issued. ``share_id`` is the id of its entry."""

    request: LinkRequest
    claims: LinkClaims
    share_id: UUID


def draft_of(request: LinkRequest, claims: LinkClaims) -> Draft:
    """A draft under a new id."""
    return Draft(request, claims, uuid4())


def require_sharing(session: TenantSession, tenant_id: int) -> None:
    """Refuse to issue links of a tenant that does not share, until the transaction's end.

    Raises:
        SharingOffError: sharing is turned off.
    """
    if (since := off_since(session, tenant_id)) is not None:
        raise SharingOffError(since)


def enter(session: TenantSession, draft: Draft, ring: KeyRing, *, now: datetime) -> None:
    """Enter a link with the exact instant of its issue, so that the ledger keeps its order."""
    request, claims = draft.request, draft.claims
    author = request.author
    session.add(
        Share(
            tenant_id=claims.tenant_id,
            id=draft.share_id,
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
        subject=draft.share_id,
        report=claims.report,
        period=request.period,
        **request.calendar,
        expiresAt=iso(claims.expires_at),
    )


def tenant_name(session: TenantSession, request: LinkRequest) -> TenantName:
    """How the previews of the tenant's links name it."""
    name = session.scalar(select(Tenant.name).where(Tenant.id == request.tenant_id))
    return TenantName(str(name), request.zone.key)
