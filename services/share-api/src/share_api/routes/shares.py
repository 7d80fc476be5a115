"""Routes of the share ledger: listing links, and revoking them."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import StreamingResponse

from accounts.permissions import Permission
from common.instants import now
from share_api.container import Container
from share_api.http.json_body import Body, parse_body
from share_api.http.openapi import problem_responses, request_body
from share_api.http.path_id import canonical_uuid
from share_api.routes.dependencies import CurrentActor, CurrentDb, Services
from share_api.routes.permissions import needs
from share_api.schemas.requests import RevokeBody, ShareFilterQuery, ShareQuery
from share_api.schemas.responses import AddressView, RevokedView, SharesView, ShareView
from share_api.schemas.share_body import LabelBody, LinkPasswordBody
from sharing.addressing import show_address
from sharing.labelling import set_label
from sharing.ledger_csv import ledger_csv
from sharing.listing import (
    ShareFilter,
    ShareNotFoundError,
    StateContext,
    TimeRange,
    get_share,
    list_shares,
)
from sharing.passwords import change_password
from sharing.revoking import Revocation, revoke, revoke_all

router = APIRouter(tags=["shares"])
_PATH = "/api/admin/analytics/shares"

ShareId = Annotated[
    str, Path(description="The id of a ledger entry.", json_schema_extra={"format": "uuid"})
]


@router.get(
    _PATH,
    summary="List the links",
    responses=problem_responses(400, 403, 503),
    dependencies=[needs(Permission.SHARES_READ)],
)
def list_links(
    db: CurrentDb, container: Services, query: Annotated[ShareQuery, Query()]
) -> SharesView:
    """The tenant's links, newest first, a page at a time."""
    page = list_shares(db, query.paging(), _filter(query), given=state_context(container))
    return SharesView.of(page)


@router.get(
    f"{_PATH}.csv",
    summary="List the links as CSV",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
        **problem_responses(400, 403, 503),
    },
    dependencies=[needs(Permission.SHARES_READ)],
)
def list_links_as_csv(
    db: CurrentDb, container: Services, query: Annotated[ShareFilterQuery, Query()]
) -> StreamingResponse:
    """Every link that is wanted, newest first: RFC 4180, text guarded against formulas."""
    return csv_response(ledger_csv(db, _filter(query), given=state_context(container)))


def csv_response(pieces: Iterator[bytes], name: str = "links.csv") -> StreamingResponse:
    """A CSV as a file of that name: by default the ledger's."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


def _filter(query: ShareFilterQuery) -> ShareFilter:
    return ShareFilter(
        state=query.state,
        report=query.report_type,
        period=query.period,
        creator=query.created_by,
        created=TimeRange(query.created_from, query.created_to),
        expires=TimeRange(query.expires_from, query.expires_to),
    )


@router.post(
    f"{_PATH}/revoke-all",
    summary="Revoke every active link",
    responses=problem_responses(400, 403, 503),
    openapi_extra=request_body(RevokeBody, required=False),
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def revoke_every_link(actor: CurrentActor, container: Services, body: Body) -> RevokedView:
    """Revoke every active link of the tenant, or those of one report type.

    On 503 none counts as revoked.
    """
    report = parse_body(RevokeBody, body).report_type
    count = revoke_all(
        Revocation(actor.tenant.id, actor.author, now()),
        container.engine,
        container.states,
        report=report,
    )
    return RevokedView(revoked=count)


@router.get(
    f"{_PATH}/{{share_id}}",
    summary="Show a link",
    responses=problem_responses(403, 404, 503),
    dependencies=[needs(Permission.SHARES_READ)],
)
def show_link(share_id: ShareId, db: CurrentDb, container: Services) -> ShareView:
    """One entry of the ledger. It does not hold the link itself, which is shown once."""
    found = get_share(db, parse_id(share_id), given=state_context(container))
    return ShareView.of(found)


@router.patch(
    f"{_PATH}/{{share_id}}",
    summary="Label a link",
    responses=problem_responses(400, 403, 404, 503),
    openapi_extra=request_body(LabelBody),
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def label_link(
    share_id: ShareId, actor: CurrentActor, db: CurrentDb, container: Services, body: Body
) -> ShareView:
    """What the admins call it; nobody who opens it is told."""
    wanted, parsed = parse_body(LabelBody, body), parse_id(share_id)
    set_label(db, parsed, wanted.label, author=actor.author, at=now())
    return ShareView.of(get_share(db, parsed, given=state_context(container)))


@router.delete(
    f"{_PATH}/{{share_id}}",
    summary="Revoke a link",
    status_code=204,
    responses=problem_responses(403, 404, 503),
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def revoke_link(share_id: ShareId, actor: CurrentActor, container: Services) -> None:
    """The link does not open any more. On 503 it is to be taken for alive."""
    revoke(
        Revocation(actor.tenant.id, actor.author, now()),
        parse_id(share_id),
        container.engine,
        container.states,
    )


@router.put(
    f"{_PATH}/{{share_id}}/password",
    summary="Set the password of a link",
    status_code=204,
    responses=problem_responses(400, 403, 404, 409, 503),
    openapi_extra=request_body(LinkPasswordBody),
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def set_link_password(
    share_id: ShareId, actor: CurrentActor, container: Services, body: Body
) -> None:
    """The link asks for this password from now on; who gave another has to give this one."""
    wanted = parse_body(LinkPasswordBody, body)
    change = Revocation(actor.tenant.id, actor.author, now())
    entry = parse_id(share_id)
    change_password(change, entry, wanted.password, container.engine, container.states)


@router.delete(
    f"{_PATH}/{{share_id}}/password",
    summary="Remove the password of a link",
    status_code=204,
    responses=problem_responses(403, 404, 409, 503),
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def remove_link_password(share_id: ShareId, actor: CurrentActor, container: Services) -> None:
    """The link asks for no password any more."""
    change = Revocation(actor.tenant.id, actor.author, now())
    change_password(change, parse_id(share_id), None, container.engine, container.states)


@router.post(
    f"{_PATH}/{{share_id}}/address",
    summary="Tell the address of a link again",
    responses=problem_responses(403, 404, 409, 503),
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def tell_address(
    share_id: ShareId, actor: CurrentActor, db: CurrentDb, container: Services
) -> AddressView:
    """The address as it was issued. It is stored nowhere, and telling it is in the audit log."""
    address = show_address(db, parse_id(share_id), actor.author, container.issuing, now=now())
    return AddressView(url=address, csv_url=f"{address}/csv")


def state_context(container: Container) -> StateContext:
    """What the state of a link is decided by, now."""
    ring = container.issuing.ring
    return StateContext(now(), None if ring is None else frozenset(ring.key_ids))


def parse_id(text: str) -> UUID:
    """An id in its one spelling; anything else names no entry."""
    share_id = canonical_uuid(text)
    if share_id is None:
        raise ShareNotFoundError(text)
    return share_id
