"""Routes of the team: who may act for the shop, in which role, and removing a member."""

import json
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from accounts.members import LastOwnerError
from accounts.permissions import Permission
from common.http.problem import Problem
from share_api.console.pages import page, redirect
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.http.json_body import InvalidBodyError
from share_api.routes import members
from share_api.routes.permissions import needs

router = APIRouter()
TEAM: Final = "/admin/team"


@router.get(TEAM, dependencies=[needs(Permission.MEMBERS_READ)])
def show_team(visit: CurrentVisit, remove: str = "", done: str = "") -> Response:
    """The members; with ``remove``, what removing that one ends."""
    return _team_page(visit, remove=remove, done=done)


@router.post(f"{TEAM}/{{member_id}}/role", dependencies=[needs(Permission.MEMBERS_WRITE)])
def change_role(member_id: str, visit: CurrentVisit, form: CheckedForm) -> Response:
    """Give a member another role."""
    body = json.dumps({"role": form.one("role")}).encode()
    try:
        members.change_role(member_id, visit.actor, visit.db, body)
    except (LastOwnerError, InvalidBodyError) as problem:
        return _team_page(visit, problem=problem)
    return redirect(f"{TEAM}?done=role")


@router.post(f"{TEAM}/{{member_id}}/remove", dependencies=[needs(Permission.MEMBERS_WRITE)])
def remove(member_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """End a member's right to act for the shop."""
    try:
        members.remove(member_id, visit.actor, visit.db)
    except LastOwnerError as problem:
        return _team_page(visit, problem=problem)
    return redirect(f"{TEAM}?done=removed")


def _team_page(
    visit: Visit, *, remove: str = "", done: str = "", problem: Problem | None = None
) -> Response:
    team = members.list_all_members(visit.db).items
    return page(
        visit,
        "team.html",
        "team",
        200 if problem is None else int(problem.status),
        members=team,
        leaving=next((each for each in team if each.id == remove), None),
        done=done,
        problem=problem,
    )
