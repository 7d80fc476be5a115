"""The share ledger: which links there are, and revoking them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from common.instants import now
from share_api.container import Parts
from share_api.http.json_body import Body, parse
from share_api.http.openapi import problems, takes
from share_api.routes.dependencies import Acting, ServedBy
from share_api.schemas.requests import RevokeBody, ShareQuery
from share_api.schemas.responses import RevokedView, SharesView, ShareView
from sharing.listing import (
    Circumstances,
    Selection,
    ShareNotFoundError,
    Span,
    get_share,
    list_shares,
)
from sharing.revoking import Revocation, revoke, revoke_all

router = APIRouter(tags=["shares"])
_PATH = "/api/admin/analytics/shares"

ShareId = Annotated[
    str, Path(description="The id of a ledger entry.", json_schema_extra={"format": "uuid"})
]


@router.get(_PATH, summary="List the links", responses=problems(400, 403, 503))
def list_links(actor: Acting, parts: ServedBy, query: Annotated[ShareQuery, Query()]) -> SharesView:
    """The tenant's links, newest first, a page at a time."""
    wanted = Selection(
        state=query.state,
        report=query.report_type,
        period=query.period,
        creator=query.created_by,
        created=Span(query.created_from, query.created_to),
        expires=Span(query.expires_from, query.expires_to),
    )
    page = list_shares(
        parts.engine, actor.tenant.id, query.paging(), wanted, given=_circumstances(parts)
    )
    return SharesView.of(page)


@router.post(
    f"{_PATH}/revoke-all",
    summary="Revoke every active link",
    responses=problems(400, 403, 503),
    openapi_extra=takes(RevokeBody, required=False),
)
def revoke_every_link(actor: Acting, parts: ServedBy, body: Body) -> RevokedView:
    """Revoke every active link of the tenant, or those of one report type.

    On 503 none counts as revoked.
    """
    report = parse(RevokeBody, body).report_type
    count = revoke_all(
        Revocation(actor.tenant.id, actor.author, now()), parts.engine, parts.states, report=report
    )
    return RevokedView(revoked=count)


@router.get(f"{_PATH}/{{share_id}}", summary="Show a link", responses=problems(403, 404, 503))
def show_link(share_id: ShareId, actor: Acting, parts: ServedBy) -> ShareView:
    """One entry of the ledger. It does not hold the link itself, which is shown once."""
    found = get_share(parts.engine, actor.tenant.id, _id(share_id), given=_circumstances(parts))
    return ShareView.of(found)


@router.delete(
    f"{_PATH}/{{share_id}}",
    summary="Revoke a link",
    status_code=204,
    responses=problems(403, 404, 503),
)
def revoke_link(share_id: ShareId, actor: Acting, parts: ServedBy) -> None:
    """The link does not open any more. On 503 it is to be taken for alive."""
    revoke(
        Revocation(actor.tenant.id, actor.author, now()), _id(share_id), parts.engine, parts.states
    )


def _circumstances(parts: Parts) -> Circumstances:
    ring = parts.issuing.ring
    return Circumstances(now(), None if ring is None else frozenset(ring.key_ids))


def _id(text: str) -> UUID:
    """An id in its one spelling; anything else names no entry."""
    try:
        share_id = UUID(text)
    except ValueError:
        raise ShareNotFoundError(text) from None
    if str(share_id) != text:
        raise ShareNotFoundError(text)
    return share_id
