"""Routes of one-time links: invitations to the shop, and links that set a member's password."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path

from accounts.errors import InvalidAccountError
from accounts.invitations import (
    InvitationOverError,
    invite,
    list_invitations,
    revoke_invitation,
)
from accounts.members import MemberNotFoundError, list_members, parse_member_id
from accounts.permissions import Permission
from accounts.reset_links import reset_link
from common.instants import now
from share_api.http.json_body import Body, FieldError, InvalidBodyError, parse_body
from share_api.http.openapi import problem_responses, request_body
from share_api.routes.dependencies import CurrentActor, CurrentDb, Services
from share_api.routes.members import MemberId
from share_api.routes.permissions import needs
from share_api.schemas.invitations import (
    InvitationBody,
    InvitationsView,
    InvitationView,
    MadeInvitationView,
    ResetLinkView,
)

router = APIRouter(tags=["members"])
_PATH: Final = "/api/admin/invitations"
InvitationId = Annotated[
    str, Path(description="The id of an invitation.", json_schema_extra={"format": "uuid"})
]


@router.post(
    _PATH,
    summary="Invite a member",
    status_code=201,
    responses=problem_responses(400, 403, 409, 503),
    openapi_extra=request_body(InvitationBody),
    dependencies=[needs(Permission.MEMBERS_WRITE)],
)
def invite_member(actor: CurrentActor, db: CurrentDb, body: Body) -> MadeInvitationView:
    """A link that makes whoever has it a member under that address, once and for a week.

    It is in this answer alone. An open invitation of the same address ends.
    """
    wanted = parse_body(InvitationBody, body)
    try:
        made, token = invite(db, wanted.email, wanted.role, author=actor.author, at=now())
    except InvalidAccountError as error:
        raise InvalidBodyError(FieldError(f"/{error.field}", error.reason)) from None
    return MadeInvitationView.made(made, f"/admin/invitation/{token}")


@router.get(
    _PATH,
    summary="List the open invitations",
    responses=problem_responses(403, 503),
    dependencies=[needs(Permission.MEMBERS_READ)],
)
def list_open_invitations(db: CurrentDb) -> InvitationsView:
    """Without their links."""
    found = list_invitations(db, now=now())
    return InvitationsView(items=tuple(map(InvitationView.of, found)))


@router.delete(
    f"{_PATH}/{{invitation_id}}",
    summary="Revoke an invitation",
    status_code=204,
    responses=problem_responses(403, 404, 503),
    dependencies=[needs(Permission.MEMBERS_WRITE)],
)
def revoke_open_invitation(invitation_id: InvitationId, actor: CurrentActor, db: CurrentDb) -> None:
    """Its link lets nobody in any more."""
    try:
        parsed = UUID(invitation_id)
    except ValueError:
        raise InvitationOverError from None
    revoke_invitation(db, parsed, author=actor.author, at=now())


@router.post(
    "/api/admin/members/{member_id}/reset-link",
    summary="Make a link that sets a member's password",
    status_code=201,
    responses=problem_responses(403, 404, 409, 503),
    dependencies=[needs(Permission.MEMBERS_WRITE)],
)
def make_reset_link(
    member_id: MemberId, actor: CurrentActor, db: CurrentDb, container: Services
) -> ResetLinkView:
    """It works once and for a day, and is in this answer alone.

    On 409 `of-other-shops` the member belongs to other shops too: the operator makes it.
    """
    admin_id, tenant_id = parse_member_id(member_id), actor.tenant.id
    if admin_id not in {member.admin_id for member in list_members(db)}:
        raise MemberNotFoundError(member_id)
    token, over = reset_link(
        container.engine, admin_id, tenant_id=tenant_id, author=actor.author, at=now()
    )
    return ResetLinkView.of(f"/admin/reset/{token}", over)
