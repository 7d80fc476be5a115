"""Recording of issued links: their entries in the share ledger and the audit log.

The first entry of a transaction makes revocations of all links wait for its end.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import select

from common.db.accounts import Tenant
from common.db.audit import Action, record
from common.db.shares import Share
from common.db.tenancy import TenantSession
from common.instants import iso
from common.jobs.payloads import ComputeReport
from common.links import brand_ledger
from common.links.brand_ledger import LedgerBrand
from common.links.link_claims import LinkClaims
from common.links.options import LinkKind, LinkOptions
from common.links.tenant_names import TenantName
from common.reports.comparison import Comparison
from sharing.hiding import normalised_of_all
from sharing.issue_errors import SharingOffError
from sharing.link_request import LinkRequest
from sharing.options import options_of
from sharing.switch import off_since


@dataclass(frozen=True, slots=True)
class Draft:
    """A link that is about to be issued, and its entry in the share ledger."""

    request: LinkRequest
    claims: LinkClaims
    share: Share

    @property
    def options(self) -> LinkOptions:
        """What its state says beside that it opens."""
        return options_of(self.share)

    @property
    def computations(self) -> tuple[ComputeReport, ...]:
        """The reports that it shows, the one that opens first in front."""
        claims, options = self.claims, self.options
        return tuple(
            ComputeReport(
                claims.tenant_id,
                report,
                claims.window,
                comparison=options.compare,
                hidden=options.hidden_of(report).name,
            )
            for report in dict.fromkeys((claims.report, *options.reports))
        )


def draft_of(
    request: LinkRequest,
    claims: LinkClaims,
    key_id: str,
    *,
    now: datetime,
    password_hash: str | None = None,
) -> Draft:
    """A draft whose entry has the exact instant of its issue, so that the ledger keeps its order.

    ``key_id`` names the key that signs it.
    """
    author = request.author
    share = Share(
        tenant_id=claims.tenant_id,
        id=uuid4(),
        link_id=claims.link_id,
        report=claims.report,
        period=request.period,
        kind=request.kind.value,
        label=request.label,
        ranges=[each.value for each in request.ranges] or None,
        embed=list(request.embed) or None,
        compare=None if request.compare is Comparison.PREVIOUS else request.compare.value,
        hide=list(normalised_of_all(request.shown, request.hide).words) or None,
        changes=request.changes or None,
        reports=list(request.board) or None,
        window_from=claims.window.start,
        window_to=claims.window.end,
        key_id=key_id,
        issued_at=now,
        expires_at=claims.expires_at,
        password_hash=password_hash,
        created_by=author.admin_id,
        creator=author.name if author.admin_id is None else None,
    )
    return Draft(request, claims, share)


def require_sharing(session: TenantSession, tenant_id: int) -> None:
    """Refuse to issue links of a tenant that does not share, until the transaction's end.

    Raises:
        SharingOffError: sharing is turned off.
    """
    if (since := off_since(session, tenant_id)) is not None:
        raise SharingOffError(since)


def enter(session: TenantSession, draft: Draft) -> None:
    """Enter a link, and that it is issued."""
    request, share = draft.request, draft.share
    session.add(share)
    record(
        session,
        share.tenant_id,
        Action.LINK_ISSUED,
        request.author,
        at=share.issued_at,
        subject=share.id,
        report=share.report,
        period=share.period,
        kind=None if request.kind is LinkKind.FIXED else share.kind,
        protected=True if share.password_hash is not None else None,
        label=share.label,
        ranges=share.ranges,
        embed=share.embed,
        compare=share.compare,
        hide=share.hide,
        changes=share.changes,
        reports=share.reports,
        template=request.template,
        **request.calendar,
        expiresAt=iso(share.expires_at),
    )


class TenantTold(NamedTuple):
    """What viewers are told of a tenant with its links: how previews name it, and its brand."""

    name: TenantName
    brand: LedgerBrand


def tenant_told(session: TenantSession, request: LinkRequest) -> TenantTold:
    """What viewers are told of the tenant of a link."""
    name = session.scalar(select(Tenant.name).where(Tenant.id == request.tenant_id))
    brand = brand_ledger.read(session, request.tenant_id)
    return TenantTold(TenantName(str(name), request.zone.key), brand)
