"""Routes of issuing links: one, or many at once, each once under its idempotency key."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response

from accounts.permissions import Permission
from common.db.tenancy import TenantDb
from common.instants import now
from common.reports.document import gap_header
from share_api.auth.actors import Actor
from share_api.container import Container
from share_api.http.json_body import Body, ListBody, parse_body
from share_api.http.openapi import (
    IDEMPOTENCY_KEY,
    REPLAYED,
    REPLAYED_HEADER,
    REPORT_SLUGS,
    problem_responses,
    request_body,
)
from share_api.idempotency import KeyedRequest, key_of
from share_api.routes.dependencies import CurrentActor, Services
from share_api.routes.permissions import needs
from share_api.schemas.responses import BulkIssuedLinkView, BulkIssuedView, IssuedView
from share_api.schemas.share_body import BulkBody, ShareBody
from share_api.shares.bulk import check_all
from share_api.shares.issuing_once import issue_once, keyed_request
from sharing.link_request import LinkRequest

router = APIRouter(tags=["reports"])

_BULK: Final = "/api/admin/analytics/shares/bulk"
_ISSUED: Final[dict[int | str, dict[str, Any]]] = {
    201: {
        "description": "The link.",
        "headers": {
            "Location": {
                "description": "Its entry in the share ledger, for listing and revoking it.",
                "schema": {"type": "string", "format": "uri-reference"},
            },
            gap_header.NAME: {
                "description": "What the data of those days does not know: a list of RFC 9651.",
                "schema": {"type": "string"},
            },
            **REPLAYED_HEADER,
        },
    }
}
_ISSUED_TOGETHER: Final[dict[int | str, dict[str, Any]]] = {
    201: {"description": "The links.", "headers": REPLAYED_HEADER}
}


def _key(request: Request) -> str | None:
    return key_of(request.headers.getlist("idempotency-key"))


Key = Annotated[str | None, Depends(_key)]


@router.post(
    _BULK,
    summary="Issue many links at once",
    status_code=201,
    responses={**_ISSUED_TOGETHER, **problem_responses(400, 403, 409, 422, 429, 503)},
    openapi_extra={**request_body(BulkBody), "parameters": [IDEMPOTENCY_KEY]},
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def share_many(
    actor: CurrentActor, container: Services, response: Response, body: ListBody, key: Key
) -> BulkIssuedView:
    """Issue links to reports of the tenant, all of them or none.

    Each counts as one, for limits and in the audit log.
    """
    wanted = parse_body(BulkBody, body)
    moment = now()
    wanted.require_consistent()
    requests = [_request(each.report, each, actor) for each in wanted.shares]
    check_all(requests, container.issuing, now=moment)
    keyed = _keyed(actor, container, key, _BULK, body)
    issued = issue_once(requests, container.issuing, keyed, now=moment)
    if issued.replayed:
        response.headers[REPLAYED] = "true"
    return BulkIssuedView(shares=tuple(map(BulkIssuedLinkView.of, issued.links)))


@router.post(
    "/api/admin/analytics/{report}/share",
    summary="Issue a link to a report",
    status_code=201,
    responses={**_ISSUED, **problem_responses(400, 403, 409, 422, 429, 503)},
    openapi_extra={**request_body(ShareBody, required=False), "parameters": [IDEMPOTENCY_KEY]},
    dependencies=[needs(Permission.SHARES_WRITE)],
)
def share(
    report: Annotated[str, Path(description="A report type.", json_schema_extra=REPORT_SLUGS)],
    actor: CurrentActor,
    container: Services,
    response: Response,
    body: Body,
    key: Key = None,
) -> IssuedView:
    """Issue a link that opens one report of the tenant, for everybody who has it, for a while.

    The window is fixed now: the last complete days of the tenant's time zone, or the days of the
    calendar that are named. That of a `live` link moves with the days; of a `frozen` one
    the figures stay too.
    """
    wanted = parse_body(ShareBody, body)
    wanted.require_consistent()
    keyed = _keyed(actor, container, key, f"/api/admin/analytics/{report}/share", body)
    requests = [_request(report, wanted, actor)]
    issued = issue_once(requests, container.issuing, keyed, now=now())
    (link,) = issued.links
    if issued.replayed:
        response.headers[REPLAYED] = "true"
    if link.notes:
        response.headers[gap_header.NAME] = link.notes
    response.headers["Location"] = f"/api/admin/analytics/shares/{link.share_id}"
    return IssuedView.of(link)


def _request(report: str, wanted: ShareBody, actor: Actor) -> LinkRequest:
    return LinkRequest(
        tenant_id=actor.tenant.id,
        zone=actor.tenant.zone,
        report=report,
        days=wanted.days,
        expires_in=wanted.expires_in_seconds,
        author=actor.author,
        kind=wanted.kind,
        password=wanted.password,
        label=wanted.label,
        ranges=tuple(wanted.ranges),
        embed=tuple(wanted.embed),
        compare=wanted.compare,
        hide=wanted.redaction,
        changes=wanted.changes,
    )


def _keyed(
    actor: Actor, container: Container, key: str | None, path: str, body: bytes
) -> KeyedRequest | None:
    db, ring = TenantDb(container.engine, actor.tenant.id), container.issuing.ring
    return keyed_request(db, key, ring, path, body, now=now())
