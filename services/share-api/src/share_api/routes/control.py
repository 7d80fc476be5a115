"""Routes of the sharing switch and of the audit log."""

from typing import Annotated

from fastapi import APIRouter, Query

from accounts.audit_log import AuditFilter, list_audit
from accounts.permissions import Permission
from common.instants import now
from share_api.http.json_body import Body, parse_body
from share_api.http.openapi import problem_responses, request_body
from share_api.routes.dependencies import CurrentActor, CurrentDb, Services
from share_api.routes.permissions import needs
from share_api.schemas.audit import AuditView, SharingChangedView, SharingView
from share_api.schemas.requests import AuditQuery, SharingBody
from sharing.revoking import Revocation
from sharing.switch import sharing_of, turn_off, turn_on

router = APIRouter(tags=["control"])
_SHARING = "/api/admin/analytics/sharing"


@router.get(
    _SHARING,
    summary="Whether the tenant shares",
    responses=problem_responses(403, 503),
    dependencies=[needs(Permission.SHARES_READ)],
)
def show_sharing(db: CurrentDb) -> SharingView:
    """Whether links can be issued, and since when not."""
    return SharingView.of(sharing_of(db))


@router.put(
    _SHARING,
    summary="Turn sharing off or on",
    responses=problem_responses(400, 403, 503),
    openapi_extra=request_body(SharingBody),
    dependencies=[needs(Permission.SHARING_WRITE)],
)
def change_sharing(actor: CurrentActor, container: Services, body: Body) -> SharingChangedView:
    """Off revokes every active link and lets none be issued; on revives none.

    On 503 `recall-unavailable` sharing is off, and the links are revoked as soon as Redis answers.
    """
    change = Revocation(actor.tenant.id, actor.author, now())
    if parse_body(SharingBody, body).enabled:
        return SharingChangedView.of(turn_on(change, container.engine))
    return SharingChangedView.of(turn_off(change, container.engine, container.states))


@router.get(
    "/api/admin/analytics/audit",
    summary="List the audit log",
    responses=problem_responses(400, 403, 503),
    dependencies=[needs(Permission.AUDIT_READ)],
)
def list_entries(db: CurrentDb, query: Annotated[AuditQuery, Query()]) -> AuditView:
    """What was done to the tenant's links, accounts and data, newest first, a page at a time."""
    wanted = AuditFilter(
        query.action, query.actor, query.subject, start=query.at_from, end=query.at_to
    )
    return AuditView.of(list_audit(db, query.paging(), wanted))
