"""Schemas of one-time links: invitations to a shop, and links that set a new password."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from accounts.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from common.db.accounts import Role
from common.db.invitations import Invitation
from share_api.schemas.api_model import ApiModel
from share_api.schemas.request_model import RequestModel
from share_api.schemas.requests import Words
from share_api.schemas.responses import Instant


class InvitationBody(RequestModel):
    """Whom to invite, in which role."""

    email: Words = Field(min_length=1, max_length=254)
    role: Annotated[Role, Field(strict=False)]


class NewPasswordBody(RequestModel):
    """A password that is chosen."""

    new_password: str = Field(min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH)


class InvitationView(ApiModel):
    """An open invitation, without its link."""

    id: UUID
    email: str
    role: Role
    invited_by: str
    created_at: Instant
    expires_at: Instant

    @classmethod
    def of(cls, row: Invitation) -> Self:
        """As clients see it."""
        return cls(**_facts(row))


class MadeInvitationView(InvitationView):
    """An invitation that was made, and its link, which is told in no other answer."""

    path: str = Field(description="Where it is used, below this service.")

    @classmethod
    def made(cls, row: Invitation, path: str) -> Self:
        """As whoever asked for it sees it."""
        return cls(path=path, **_facts(row))


class InvitationsView(ApiModel):
    """The open invitations, the latest first."""

    items: tuple[InvitationView, ...]


class ResetLinkView(ApiModel):
    """A link that sets a new password, once."""

    path: str = Field(description="Where it is used, below this service.")
    expires_at: Instant

    @classmethod
    def of(cls, path: str, over: datetime) -> Self:
        """As whoever asked for it sees it."""
        return cls(path=path, expires_at=over)


def _facts(row: Invitation) -> dict[str, object]:
    return {
        "id": row.id,
        "email": row.email,
        "role": row.role,
        "invited_by": row.maker,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    }
