"""Routes of Discord: interactions, and the guilds that show the tenant's reports."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request

from accounts.permissions import Permission
from common.infra.rate_limit import tenant_bucket
from common.instants import now
from share_api.discord.connect_codes import Grant
from share_api.discord.endpoint import SIGNATURE, TIMESTAMP, receive
from share_api.discord.guilds import disconnect, list_connections, parse_guild_id
from share_api.discord.interactions import InteractionAnswer
from share_api.discord.limits import CODES
from share_api.http.json_body import read_body
from share_api.http.openapi import problem_responses
from share_api.routes.dependencies import CurrentActor, CurrentDb, Services
from share_api.routes.permissions import needs
from share_api.schemas.discord import CodeView, ConnectionsView

router = APIRouter(tags=["discord"])
_CONNECTIONS: Final = "/api/admin/discord/connections"
_SIGNED: Final[dict[str, Any]] = {
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in (SIGNATURE, TIMESTAMP)
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    },
}


@router.post(
    "/api/discord/interactions",
    summary="Answer an interaction of Discord's",
    responses=problem_responses(400, 401, 503),
    openapi_extra=_SIGNED,
    response_model_exclude_none=True,
)
async def answer_discord(request: Request, container: Services) -> InteractionAnswer:
    """For Discord alone: the address of the application's interactions endpoint.

    A report is promised within three seconds, and put into that answer by a worker.
    """
    discord = container.require_discord()
    return await receive(request.headers, await read_body(request), discord, now=now())


@router.post(
    _CONNECTIONS,
    summary="Get a code that connects a Discord server",
    status_code=201,
    responses=problem_responses(403, 429, 503),
    dependencies=[needs(Permission.CONNECTIONS_WRITE)],
)
def issue_discord_code(actor: CurrentActor, container: Services) -> CodeView:
    """A one-time code: `/report connect` takes it, once and for ten minutes."""
    answering = container.require_discord().answering
    answering.limits.check(CODES, tenant_bucket(actor.tenant.id))
    grant = Grant(actor.tenant.id, actor.author.admin_id)
    return CodeView.of(answering.codes.issue(grant, now=now()))


@router.get(
    _CONNECTIONS,
    summary="List the connected Discord servers",
    responses=problem_responses(403, 503),
    dependencies=[needs(Permission.CONNECTIONS_READ)],
)
def list_discord_servers(db: CurrentDb) -> ConnectionsView:
    """The Discord servers that show the tenant's reports, the latest first."""
    return ConnectionsView.of(list_connections(db))


@router.delete(
    f"{_CONNECTIONS}/{{guild_id}}",
    summary="Disconnect a Discord server",
    status_code=204,
    responses=problem_responses(403, 404, 503),
    dependencies=[needs(Permission.CONNECTIONS_WRITE)],
)
def disconnect_discord_server(
    guild_id: Annotated[str, Path(description="The id of the server at Discord.")],
    actor: CurrentActor,
    db: CurrentDb,
) -> None:
    """Nothing of the tenant is sent there any more. Links that were sent open until revoked."""
    guild = parse_guild_id(guild_id)
    disconnect(db, guild, author=actor.author, at=now())
