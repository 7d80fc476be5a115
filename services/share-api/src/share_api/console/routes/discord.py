"""Routes of Discord servers: a code that connects one, and disconnecting one."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from accounts.permissions import Permission
from share_api.console.pages import redirect
from share_api.console.routes.connections import CONNECTIONS, connections_page
from share_api.console.visit import CheckedForm, CurrentVisit
from share_api.routes import discord
from share_api.routes.permissions import needs

router = APIRouter()
DISCORD: Final = f"{CONNECTIONS}/discord"
_MAY: Final = [needs(Permission.CONNECTIONS_WRITE)]


@router.post(f"{DISCORD}/code", dependencies=_MAY)
def show_code(visit: CurrentVisit, _: CheckedForm) -> Response:
    """A one-time code, on this page alone."""
    code = discord.issue_discord_code(visit.actor, visit.container)
    return connections_page(visit, code=code)


@router.post(f"{DISCORD}/{{guild_id}}/disconnect", dependencies=_MAY)
def disconnect(guild_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """Nothing of the shop is sent there any more."""
    discord.disconnect_discord_server(guild_id, visit.actor, visit.db)
    return redirect(CONNECTIONS)
