"""Routes of a tenant's members: listing them, changing a role, and removing one."""

from typing import Annotated, Final

from fastapi import APIRouter, Path

from accounts.members import list_members, parse_member_id, remove_member, set_role
from accounts.permissions import Permission
from common.instants import now
from share_api.http.json_body import Body, parse_body
from share_api.http.openapi import problem_responses, request_body
from share_api.routes.dependencies import CurrentActor, CurrentDb
from share_api.routes.permissions import needs
from share_api.schemas.members import MembersView, MemberView, RoleBody

router = APIRouter(tags=["members"])
_PATH: Final = "/api/admin/members"

MemberId = Annotated[str, Path(description="The id of a member.")]


@router.get(
    _PATH,
    summary="List the members",
    responses=problem_responses(403, 503),
    dependencies=[needs(Permission.MEMBERS_READ)],
)
def list_all_members(db: CurrentDb) -> MembersView:
    """Everybody who may act for the tenant, with their roles."""
    return MembersView(items=tuple(map(MemberView.of, list_members(db))))


@router.put(
    f"{_PATH}/{{member_id}}",
    summary="Change a member's role",
    responses=problem_responses(400, 403, 404, 409, 503),
    openapi_extra=request_body(RoleBody),
    dependencies=[needs(Permission.MEMBERS_WRITE)],
)
def change_role(member_id: MemberId, actor: CurrentActor, db: CurrentDb, body: Body) -> MemberView:
    """It holds from the member's next request on, and for the keys that they made.

    On 409 `last-owner` nothing has changed: a tenant keeps an owner.
    """
    role = parse_body(RoleBody, body).role
    changed = set_role(db, parse_member_id(member_id), role, author=actor.author, at=now())
    return MemberView.of(changed)


@router.delete(
    f"{_PATH}/{{member_id}}",
    summary="Remove a member",
    status_code=204,
    responses=problem_responses(403, 404, 409, 503),
    dependencies=[needs(Permission.MEMBERS_WRITE)],
)
def remove(member_id: MemberId, actor: CurrentActor, db: CurrentDb) -> None:
    """Their sessions act for the tenant no more, and the keys they made are gone; links stay."""
    remove_member(db, parse_member_id(member_id), author=actor.author, at=now())
