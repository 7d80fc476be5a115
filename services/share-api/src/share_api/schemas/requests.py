"""Request schemas, in camelCase and strict: no unknown field, no coercion, no null for absent."""

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.alias_generators import to_camel

from accounts.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from common.db.audit import Action
from common.db.pagination import Cursor, Paging
from common.db.passkeys import MAX_PASSKEY_NAME_LENGTH
from common.reports import registry
from common.reports.window import Period
from share_api.schemas.api_model import ApiModel
from share_api.schemas.report_type import ReportType
from share_api.schemas.request_model import RequestModel, not_null, without_default
from sharing.link_request import CALENDAR
from sharing.listing import ShareState


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("Control characters are not allowed")
    return value


Words = Annotated[str, AfterValidator(_printable)]


_PERIODS: Final = (*(each.value for each in Period), CALENDAR)


def _known_period(value: str) -> str:
    if value not in _PERIODS:
        raise ValueError(f"Must be one of {', '.join(_PERIODS)}")
    return value


PeriodName = Annotated[
    str, AfterValidator(_known_period), Field(json_schema_extra={"enum": list(_PERIODS)})
]
"""What the ledger calls the days of a link."""


class LoginBody(RequestModel):
    """An admin's credentials."""

    email: Words = Field(min_length=1, max_length=320)
    password: str = Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)


class PasswordBody(RequestModel):
    """A new password, and the present one as proof."""

    current_password: str = Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)
    new_password: str = Field(min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH)

    @field_validator("new_password")
    @classmethod
    def _another(cls, password: str, body: ValidationInfo) -> str:
        if password == body.data.get("current_password"):
            raise ValueError("is the current password")
        return password


class PasskeyNameBody(RequestModel):
    """What an admin calls a passkey."""

    name: Words = Field(min_length=1, max_length=MAX_PASSKEY_NAME_LENGTH)


class PasskeyBody(PasskeyNameBody):
    """A passkey as it is wanted, and the present password as proof."""

    current_password: str = Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)


class TenantBody(RequestModel):
    """Which tenant to act for, by its slug."""

    tenant: Words = Field(min_length=1, max_length=63)


class RevokeBody(RequestModel):
    """Which links to revoke: all of the tenant, or those of one report type."""

    report_type: Annotated[
        ReportType | None,
        BeforeValidator(not_null),
        WithJsonSchema({"type": "string", "enum": list(registry.REPORTS)}),
    ] = Field(None, json_schema_extra=without_default)


class SharingBody(RequestModel):
    """Whether the tenant shares."""

    enabled: bool


_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def _instant(value: object) -> object:
    if isinstance(value, str) and not _INSTANT.fullmatch(value):
        raise ValueError("Write it by ISO 8601 with an offset: 2026-05-02T00:00:00Z")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
Start = Annotated[Instant | None, Field(description="The first instant wanted.")]
End = Annotated[Instant | None, Field(description="The first instant not wanted any more.")]


def _after(value: datetime | None, info: ValidationInfo, start: str) -> datetime | None:
    begins = info.data.get(start)
    if value is not None and begins is not None and value <= begins:
        raise ValueError(f"Must be after {to_camel(start)}")
    return value


class PageQuery(ApiModel):
    """Which page of a list is wanted."""

    model_config = ConfigDict(extra="forbid", validate_by_name=False)

    limit: int = Field(50, ge=1, le=100, description="The most entries of a page.")
    cursor: str | None = Field(None, description="`nextCursor` of the page before.")

    def paging(self) -> Paging:
        """The page.

        Raises:
            InvalidCursorError: it begins at no place of ours.
        """
        return Paging(self.limit, None if self.cursor is None else Cursor.decode(self.cursor))


class ShareFilterQuery(ApiModel):
    """Which entries of the ledger are wanted; all filters given have to hold."""

    model_config = ConfigDict(extra="forbid", validate_by_name=False)

    state: ShareState | None = None
    report_type: ReportType | None = None
    period: PeriodName | None = Field(
        None, description="`dates`: links to days that the calendar names."
    )
    created_by: Words | None = Field(
        None, min_length=1, max_length=320, description="As the entry says it, to the letter."
    )
    created_from: Start = None
    created_to: End = None
    expires_from: Start = None
    expires_to: End = None

    @field_validator("created_to")
    @classmethod
    def _created_after(cls, value: datetime | None, info: ValidationInfo) -> datetime | None:
        return _after(value, info, "created_from")

    @field_validator("expires_to")
    @classmethod
    def _expires_after(cls, value: datetime | None, info: ValidationInfo) -> datetime | None:
        return _after(value, info, "expires_from")


class ShareQuery(ShareFilterQuery, PageQuery):
    """Which entries of the ledger to list, and which page of them."""


class AuditQuery(PageQuery):
    """Which entries of the audit log to list; all filters given have to hold."""

    action: Action | None = None
    actor: Words | None = Field(
        None, min_length=1, max_length=320, description="As the entry says it, to the letter."
    )
    subject: Words | None = Field(
        None, min_length=1, max_length=100, description="Such as the id of a share."
    )
    at_from: Annotated[Start, Field(alias="from")] = None
    at_to: Annotated[End, Field(alias="to")] = None

    @field_validator("at_to")
    @classmethod
    def _to_after(cls, value: datetime | None, info: ValidationInfo) -> datetime | None:
        return _after(value, info, "at_from")
