"""Routes of connections to platforms: made, rotated, paused and resumed."""

import json
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from accounts.permissions import Permission
from common.http.problem import Problem
from common.http.wording import Wording
from ingest.webhooks.connections import LONGEST_NAME, InvalidConnectionError
from ingest.webhooks.platforms import PLATFORMS
from ingest.webhooks.sealing import ConnectionsNotConfiguredError
from share_api.console.forms.body import NOTHING_SENT, Form, detail_of
from share_api.console.pages import page, redirect
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.http.json_body import InvalidBodyError
from share_api.routes import discord, ingest
from share_api.routes.permissions import needs
from share_api.schemas.discord import CodeView
from share_api.schemas.webhooks import SecretView

router = APIRouter()
CONNECTIONS: Final = "/admin/connections"
_ONE: Final = f"{CONNECTIONS}/{{connection_id}}"
_FIELDS: Final = {
    "/name": Wording("Give the connection a name of up to %(most)s characters.", most=LONGEST_NAME),
    "/secret": Wording("The secret must have 16 to 255 visible ASCII characters."),
}
_MAY: Final = [needs(Permission.CONNECTIONS_WRITE)]


@router.get(CONNECTIONS, dependencies=[needs(Permission.CONNECTIONS_READ)])
def show_connections(visit: CurrentVisit, rotate: str = "", disconnect: str = "") -> Response:
    """The connections; with ``rotate``, what another secret of that one means, with ``disconnect``
    whether that Discord server is to show no more.
    """
    return connections_page(visit, rotate=rotate, disconnect=disconnect)


@router.post(CONNECTIONS, dependencies=_MAY)
def make_connection(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Make a connection, and show its secret on this page alone."""
    wanted = {"platform": form.one("platform"), "name": form.one("name").strip(), **_secret(form)}
    body = json.dumps(wanted).encode()
    try:
        made = ingest.make_connection(visit.actor, visit.db, visit.container, body)
    except (InvalidBodyError, InvalidConnectionError, ConnectionsNotConfiguredError) as problem:
        return connections_page(visit, sent=form, problem=problem)
    return connections_page(visit, made=made)


@router.post(f"{_ONE}/rotate", dependencies=_MAY)
def rotate(connection_id: str, visit: CurrentVisit, form: CheckedForm) -> Response:
    """Give a connection another secret, and show it on this page alone."""
    body = json.dumps(_secret(form)).encode()
    try:
        made = ingest.rotate_connection(connection_id, visit.actor, visit.db, visit.container, body)
    except (InvalidBodyError, InvalidConnectionError, ConnectionsNotConfiguredError) as problem:
        return connections_page(visit, rotate=connection_id, sent=form, problem=problem)
    return connections_page(visit, made=made)


@router.post(f"{_ONE}/pause", dependencies=_MAY)
def pause(connection_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """Have a connection's events wait."""
    ingest.pause_connection(connection_id, visit.actor, visit.db)
    return redirect(CONNECTIONS)


@router.post(f"{_ONE}/resume", dependencies=_MAY)
def resume(connection_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """Let them be worked off."""
    ingest.resume_connection(connection_id, visit.actor, visit.db)
    return redirect(CONNECTIONS)


def _secret(form: Form) -> dict[str, str]:
    """The secret that the platform gave, where it gives one: one that was given is not left out."""
    secret = form.one("secret").strip()
    return {"secret": secret} if secret or form.one("given") else {}


def connections_page(
    visit: Visit,
    *,
    rotate: str = "",
    disconnect: str = "",
    made: SecretView | None = None,
    code: CodeView | None = None,
    sent: Form = NOTHING_SENT,
    problem: Problem | None = None,
) -> Response:
    """The page of platforms and Discord servers, with what was just made, shown this once.

    A form that was refused comes back as it was ``sent``, but for its secret, which is typed again.
    """
    found = ingest.list_ingest_connections(visit.db).items
    guilds = discord.list_discord_servers(visit.db).items
    return page(
        visit,
        "connections.html",
        "connections",
        200 if problem is None else int(problem.status),
        connections=found,
        platforms=list(PLATFORMS),
        rotating=next((each for each in found if each.id == rotate), None),
        made=made,
        guilds=guilds,
        leaving=next((each for each in guilds if str(each.id) == disconnect), None),
        discord=visit.container.discord is not None,
        code=code,
        sent=sent,
        retype=bool(_secret(sent)),
        detail="" if problem is None else detail_of(problem, _FIELDS),
    )
