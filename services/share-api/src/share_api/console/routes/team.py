"""Routes of the team: who may act for the shop, in which role; inviting and removing members."""

import json
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from accounts.invitations import TooManyInvitationsError
from accounts.members import LastOwnerError
from accounts.permissions import Permission
from accounts.reset_links import OfOtherShopsError
from common.db.accounts import Role
from common.http.problem import Problem
from common.http.wording import Wording
from share_api.console.forms.body import NOTHING_SENT, Form, detail_of
from share_api.console.pages import page, redirect
from share_api.console.visit import CheckedForm, CurrentVisit, Visit
from share_api.http.json_body import InvalidBodyError
from share_api.routes import invitations, members
from share_api.routes.permissions import needs

router = APIRouter()
TEAM: Final = "/admin/team"
_FIELDS: Final = {"/email": Wording("That is not an e-mail address.")}
_MAY: Final = [needs(Permission.MEMBERS_WRITE)]


@router.get(TEAM, dependencies=[needs(Permission.MEMBERS_READ)])
def show_team(visit: CurrentVisit, remove: str = "", revoke: str = "", done: str = "") -> Response:
    """The members; with ``remove``, what removing that one ends, with ``revoke`` an invitation."""
    return _team_page(visit, remove=remove, revoke=revoke, done=done)


@router.post(f"{TEAM}/{{member_id}}/role", dependencies=_MAY)
def change_role(member_id: str, visit: CurrentVisit, form: CheckedForm) -> Response:
    """Give a member another role."""
    body = json.dumps({"role": form.one("role")}).encode()
    try:
        members.change_role(member_id, visit.actor, visit.db, body)
    except (LastOwnerError, InvalidBodyError) as problem:
        return _team_page(visit, problem=problem)
    return redirect(f"{TEAM}?done=role")


@router.post(f"{TEAM}/{{member_id}}/remove", dependencies=_MAY)
def remove(member_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """End a member's right to act for the shop."""
    try:
        members.remove(member_id, visit.actor, visit.db)
    except LastOwnerError as problem:
        return _team_page(visit, problem=problem)
    return redirect(f"{TEAM}?done=removed")


@router.post(f"{TEAM}/invitations", dependencies=_MAY)
def invite(visit: CurrentVisit, form: CheckedForm) -> Response:
    """Invite a member; the link stands on this page alone."""
    body = json.dumps({"email": form.one("email").strip(), "role": form.one("role")}).encode()
    try:
        made = invitations.invite_member(visit.actor, visit.db, body)
    except (InvalidBodyError, TooManyInvitationsError) as problem:
        return _team_page(visit, sent=form, problem=problem)
    return _team_page(visit, link=f"{visit.origin}{made.path}", of=made.email)


@router.post(f"{TEAM}/invitations/{{invitation_id}}/revoke", dependencies=_MAY)
def revoke_invitation(invitation_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """End an open invitation."""
    invitations.revoke_open_invitation(invitation_id, visit.actor, visit.db)
    return redirect(f"{TEAM}?done=invitation")


@router.post(f"{TEAM}/{{member_id}}/reset", dependencies=_MAY)
def make_reset_link(member_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """A link that sets a member's password; it stands on this page alone."""
    try:
        made = invitations.make_reset_link(member_id, visit.actor, visit.db, visit.container)
    except OfOtherShopsError as problem:
        return _team_page(visit, problem=problem)
    return _team_page(visit, link=f"{visit.origin}{made.path}")


def _team_page(
    visit: Visit,
    *,
    remove: str = "",
    revoke: str = "",
    done: str = "",
    link: str = "",
    of: str = "",
    sent: Form = NOTHING_SENT,
    problem: Problem | None = None,
) -> Response:
    team = members.list_all_members(visit.db).items
    invited = invitations.list_open_invitations(visit.db).items
    owners = [each.id for each in team if each.role == Role.OWNER]
    return page(
        visit,
        "team.html",
        "team",
        200 if problem is None else int(problem.status),
        members=team,
        only_owner=owners[0] if len(owners) == 1 else None,
        leaving=next((each for each in team if each.id == remove), None),
        ending=next((each for each in invited if str(each.id) == revoke), None),
        invitations=invited,
        link=link,
        of=of,
        sent=sent,
        done=done,
        detail="" if problem is None else detail_of(problem, _FIELDS),
    )
