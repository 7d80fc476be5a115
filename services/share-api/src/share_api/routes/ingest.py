"""Routes of webhooks: events of platforms, and the connections that they come by."""

from functools import partial
from typing import Annotated, Any, Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request, Response

from accounts.permissions import Permission
from common.instants import now
from ingest.webhooks.connections import (
    create_connection,
    list_connections,
    rotate_secret,
    set_paused,
)
from ingest.webhooks.inbox import MOST_BYTES
from ingest.webhooks.platforms import PLATFORMS
from share_api.http.bounded_body import read_at_most
from share_api.http.json_body import Body, parse_body
from share_api.http.openapi import problem_responses, request_body
from share_api.routes.dependencies import CurrentActor, CurrentDb, Services
from share_api.routes.permissions import needs
from share_api.schemas.webhooks import (
    OUTCOMES,
    ConnectionRequest,
    IngestConnectionsView,
    IngestConnectionView,
    OutcomeView,
    RotationRequest,
    SecretView,
)

router = APIRouter(tags=["ingest"])
_CONNECTIONS: Final = "/api/admin/ingest/connections"
_ONE: Final = f"{_CONNECTIONS}/{{connection_id}}"
ConnectionId = Annotated[str, Path(description="The public id of a connection.")]


def _documented(platform: str) -> dict[str, Any]:
    """What the route of a platform's events says of itself."""
    said = PLATFORMS[platform].headers
    return {
        "path": f"/api/ingest/{{connection_id}}/{platform}",
        "status_code": 202,
        "response_model": OutcomeView,
        "responses": {
            200: {"model": OutcomeView, "description": "Nothing had to be done."},
            202: {"description": "The event is in the inbox."},
            **problem_responses(400, 401, 408, 413, 429, 503),
        },
        "openapi_extra": {
            "parameters": [
                {"name": name, "in": "header", "schema": {"type": "string"}}
                for name in (said.signature, said.topic, *said.event_ids)
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
        },
    }


@router.post(**_documented("shopify"), summary="Take an event of Shopify")
async def take_shopify_event(
    connection_id: ConnectionId, request: Request, response: Response, container: Services
) -> OutcomeView:
    """For Shopify alone: orders and refunds, signed with the connection's secret."""
    return await _take("shopify", connection_id, request, response, container)


@router.post(**_documented("woocommerce"), summary="Take an event of WooCommerce")
async def take_woocommerce_event(
    connection_id: ConnectionId, request: Request, response: Response, container: Services
) -> OutcomeView:
    """For WooCommerce alone: orders, signed with the connection's secret; its ping is answered."""
    return await _take("woocommerce", connection_id, request, response, container)


async def _take(
    platform: str,
    connection_id: str,
    request: Request,
    response: Response,
    container: Services,
) -> OutcomeView:
    body = await read_at_most(request, MOST_BYTES)
    headers = request.headers
    receive = partial(
        container.receiver.receive, connection_id, PLATFORMS[platform], headers, body, now=now()
    )
    outcome = await run_sync(receive)
    response.status_code = outcome.status
    return OutcomeView(status=outcome, detail=OUTCOMES[outcome])


@router.post(
    _CONNECTIONS,
    summary="Make a connection to a platform",
    status_code=201,
    responses=problem_responses(400, 403, 503),
    openapi_extra=request_body(ConnectionRequest),
    dependencies=[needs(Permission.CONNECTIONS_WRITE)],
)
def make_connection(
    actor: CurrentActor, db: CurrentDb, container: Services, body: Body
) -> SecretView:
    """The secret is in this answer and in no other."""
    asked = parse_body(ConnectionRequest, body)
    made, secret = create_connection(
        db,
        container.receiver.box,
        platform=asked.platform,
        name=asked.name,
        secret=asked.secret,
        author=actor.author,
        at=now(),
    )
    return SecretView(connection=IngestConnectionView.of(made), secret=secret)


@router.get(
    _CONNECTIONS,
    summary="List the connections to platforms",
    responses=problem_responses(403, 503),
    dependencies=[needs(Permission.CONNECTIONS_READ)],
)
def list_ingest_connections(db: CurrentDb) -> IngestConnectionsView:
    """The tenant's connections, the oldest first, without their secrets."""
    found = list_connections(db)
    return IngestConnectionsView(items=tuple(map(IngestConnectionView.of, found)))


@router.post(
    f"{_ONE}/rotate",
    summary="Rotate the secret of a connection",
    responses=problem_responses(400, 403, 404, 503),
    openapi_extra=request_body(RotationRequest, required=False),
    dependencies=[needs(Permission.CONNECTIONS_WRITE)],
)
def rotate_connection(
    connection_id: ConnectionId,
    actor: CurrentActor,
    db: CurrentDb,
    container: Services,
    body: Body,
) -> SecretView:
    """The secret before stays good for a while: give the platform the new one meanwhile."""
    asked = parse_body(RotationRequest, body)
    rotated, secret = rotate_secret(
        db,
        container.receiver.box,
        connection_id,
        secret=asked.secret,
        grace=asked.grace,
        author=actor.author,
        at=now(),
    )
    return SecretView(connection=IngestConnectionView.of(rotated), secret=secret)


@router.post(
    f"{_ONE}/pause",
    summary="Pause a connection",
    responses=problem_responses(403, 404, 503),
    dependencies=[needs(Permission.CONNECTIONS_WRITE)],
)
def pause_connection(
    connection_id: ConnectionId, actor: CurrentActor, db: CurrentDb
) -> IngestConnectionView:
    """Its events are taken and wait until it is resumed."""
    paused = set_paused(db, connection_id, paused=True, author=actor.author, at=now())
    return IngestConnectionView.of(paused)


@router.post(
    f"{_ONE}/resume",
    summary="Resume a connection",
    responses=problem_responses(403, 404, 503),
    dependencies=[needs(Permission.CONNECTIONS_WRITE)],
)
def resume_connection(
    connection_id: ConnectionId, actor: CurrentActor, db: CurrentDb
) -> IngestConnectionView:
    """What waited is worked off within half a minute."""
    resumed = set_paused(db, connection_id, paused=False, author=actor.author, at=now())
    return IngestConnectionView.of(resumed)
