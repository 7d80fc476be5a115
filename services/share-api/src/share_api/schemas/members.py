"""Schemas of a tenant's members, and of their roles."""

from typing import Annotated, Self

from pydantic import Field

from accounts.members import Member
from common.db.accounts import Role
from share_api.schemas.api_model import ApiModel
from share_api.schemas.request_model import RequestModel
from share_api.schemas.responses import Instant


class RoleBody(RequestModel):
    """The role that a member is to have."""

    role: Annotated[Role, Field(strict=False)]


class MemberView(ApiModel):
    """A person who may act for the tenant."""

    id: str
    email: str
    role: Role
    added_at: Instant

    @classmethod
    def of(cls, member: Member) -> Self:
        """As clients see it."""
        return cls(
            id=str(member.admin_id),
            email=member.email,
            role=member.role,
            added_at=member.added_at,
        )


class MembersView(ApiModel):
    """The members, by e-mail address."""

    items: tuple[MemberView, ...]
