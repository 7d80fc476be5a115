"""A tenant's switch for all of its links, and the log of who did what to them."""

from typing import Annotated

from fastapi import APIRouter, Query

from accounts.audit_log import AuditSelection, list_audit
from common.instants import now
from share_api.http.json_body import Body, parse
from share_api.http.openapi import problems, takes
from share_api.routes.dependencies import Acting, ServedBy
from share_api.schemas.audit import AuditView, SharingChangedView, SharingView
from share_api.schemas.requests import AuditQuery, SharingBody
from sharing.revoking import Revocation
from sharing.switch import sharing_of, turn_off, turn_on

router = APIRouter(tags=["control"])
_SHARING = "/api/admin/analytics/sharing"


@router.get(_SHARING, summary="Whether the tenant shares", responses=problems(403, 503))
def show_sharing(actor: Acting, parts: ServedBy) -> SharingView:
    """Whether links can be issued, and since when not."""
    return SharingView.of(sharing_of(parts.engine, actor.tenant.id))


@router.put(
    _SHARING,
    summary="Turn sharing off or on",
    responses=problems(400, 403, 503),
    openapi_extra=takes(SharingBody),
)
def change_sharing(actor: Acting, parts: ServedBy, body: Body) -> SharingChangedView:
    """Off revokes every active link and lets none be issued; on revives none.

    On 503 `recall-unavailable` sharing is off, and the links are revoked as soon as Redis answers.
    """
    change = Revocation(actor.tenant.id, actor.author, now())
    if parse(SharingBody, body).enabled:
        return SharingChangedView.of(turn_on(change, parts.engine))
    return SharingChangedView.of(turn_off(change, parts.engine, parts.states))


@router.get(
    "/api/admin/analytics/audit", summary="List the audit log", responses=problems(400, 403, 503)
)
def list_entries(
    actor: Acting, parts: ServedBy, query: Annotated[AuditQuery, Query()]
) -> AuditView:
    """What was done to the tenant's links, accounts and data, newest first, a page at a time."""
    wanted = AuditSelection(
        query.action, query.actor, query.subject, start=query.at_from, end=query.at_to
    )
    return AuditView.of(list_audit(parts.engine, actor.tenant.id, query.paging(), wanted))
