"""What clients send, in camelCase and strict: no unknown field, no coercion, no null for absent."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from common.reports import registry
from common.reports.window import Period
from share_api.ledger import ShareState


class Wire(BaseModel):
    """Anything that crosses the wire."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        field_title_generator=lambda name, _: name.replace("_", " ").capitalize(),
        frozen=True,
        validate_by_alias=True,
        validate_by_name=True,
    )


class _Body(Wire):
    model_config = ConfigDict(
        extra="forbid", strict=True, validate_by_name=False, hide_input_in_errors=True
    )


def _not_null(value: object) -> object:
    if value is None:
        raise ValueError("Leave it out for the default; null is no value")
    return value


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("Control characters are not allowed")
    return value


Words = Annotated[str, AfterValidator(_printable)]


def _known_report(value: str) -> str:
    if value not in registry.REPORTS:
        raise ValueError("There is no such report type")
    return value


ReportType = Annotated[
    str,
    AfterValidator(_known_report),
    Field(json_schema_extra={"enum": list(registry.REPORTS)}),
]
"""A registered report type, implemented or not."""


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class ShareBody(_Body):
    """How a link is wanted; every field may be left out."""

    period: Annotated[Period, Field(strict=False)] = Field(
        Period.MONTH, description="The last complete days of the tenant's time zone."
    )
    expires_in_seconds: Annotated[
        int | None,
        Field(gt=0),
        BeforeValidator(_not_null),
        WithJsonSchema({"type": "integer", "exclusiveMinimum": 0}),
    ] = Field(
        None,
        description="How long the link opens; by default what the service is set to.",
        examples=[604_800],
        json_schema_extra=_without_default,
    )


class LoginBody(_Body):
    """An admin's credentials."""

    email: Words = Field(min_length=1, max_length=320)
    password: str = Field(min_length=1, max_length=1024)


class TenantBody(_Body):
    """Which tenant to act for, by its slug."""

    tenant: Words = Field(min_length=1, max_length=63)


class RecallBody(_Body):
    """Which links to recall: all of the tenant, or those of one report type."""

    report_type: Annotated[
        ReportType | None,
        BeforeValidator(_not_null),
        WithJsonSchema({"type": "string", "enum": list(registry.REPORTS)}),
    ] = Field(None, json_schema_extra=_without_default)


class ShareQuery(Wire):
    """Which entries of the ledger to list."""

    model_config = ConfigDict(extra="forbid", validate_by_name=False)

    limit: int = Field(50, ge=1, le=100, description="The most entries of a page.")
    cursor: str | None = Field(None, description="`nextCursor` of the page before.")
    state: ShareState | None = None
    report_type: ReportType | None = None
