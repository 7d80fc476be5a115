"""Schemas of API keys: asking for one, and what is told of one; its text in one answer alone."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from accounts.api_keys import DEFAULT_DAYS, MAX_DAYS, KeyRequest, state_of
from accounts.key_format import shown_prefix
from accounts.permissions import SCOPES, Permission
from common.db.api_keys import MAX_KEY_NAME_LENGTH, ApiKey
from common.db.pagination import Page
from share_api.schemas.api_model import ApiModel
from share_api.schemas.request_model import RequestModel, not_null
from share_api.schemas.requests import Words
from share_api.schemas.responses import Instant


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("Say what the key is for")
    return value.strip()


def _scope(value: Permission) -> Permission:
    if value not in SCOPES:
        raise ValueError("There is no such scope")
    return value


Scope = Annotated[
    Permission,
    Field(strict=False, json_schema_extra={"enum": [each.value for each in SCOPES]}),
    AfterValidator(_scope),
]
"""A permission that a key can be made for."""


class ApiKeyBody(RequestModel):
    """A key as it is wanted."""

    name: Annotated[Words, AfterValidator(_not_blank)] = Field(
        min_length=1, max_length=MAX_KEY_NAME_LENGTH, description="What it is for."
    )
    scopes: Annotated[list[Scope], Field(min_length=1, json_schema_extra={"uniqueItems": True})]
    expires_in_days: Annotated[int, Field(ge=1, le=MAX_DAYS), BeforeValidator(not_null)] = (
        DEFAULT_DAYS
    )

    def wanted(self) -> KeyRequest:
        """The request that it is."""
        return KeyRequest(self.name, frozenset(self.scopes), self.expires_in_days)


class ApiKeyView(ApiModel):
    """A key, without its secret."""

    id: UUID
    name: str
    prefix: str = Field(description="How the key begins.", examples=["ask_9d210d0b"])
    scopes: tuple[str, ...]
    state: Literal["active", "expired", "revoked"]
    created_by: str = Field(description="Who made it, as they were called then.")
    created_at: Instant
    expires_at: Instant
    last_used_at: Instant | None = Field(description="To the minute.")
    revoked_at: Instant | None

    @classmethod
    def of(cls, key: ApiKey, *, now: datetime) -> Self:
        """As clients see it."""
        return cls(**_facts(key, now))


class CreatedApiKeyView(ApiKeyView):
    """A key that was made, and its text, which is told in no other answer."""

    key: str

    @classmethod
    def made(cls, key: ApiKey, text: str, *, now: datetime) -> Self:
        """As whoever asked for it sees it."""
        return cls(key=text, **_facts(key, now))


class ApiKeysView(ApiModel):
    """A page of keys, newest first."""

    items: tuple[ApiKeyView, ...]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last.")

    @classmethod
    def of(cls, page: Page[ApiKey], *, now: datetime) -> Self:
        """As clients see it."""
        return cls(
            items=tuple(ApiKeyView.of(each, now=now) for each in page.items),
            next_cursor=page.next.encode() if page.next else None,
        )


def _facts(key: ApiKey, now: datetime) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": shown_prefix(key.id),
        "scopes": tuple(key.scopes),
        "state": state_of(key, now=now),
        "created_by": key.maker,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
