"""Request bodies of shares: one link, many at once, and what is changed of one."""

from typing import Annotated, Final, Self

from pydantic import (
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from common.links.unlocking import MAX_LENGTH, MIN_LENGTH
from share_api.schemas.link_options_body import LinkOptionsBody
from share_api.schemas.report_type import ReportType
from share_api.schemas.request_model import RequestModel, not_null, without_default
from share_api.schemas.share_values import Label, TemplateName
from sharing.issue_errors import OptionsConflictError

MOST_LINKS: Final = 100
"""How many links may be issued by one request."""
MOST_PASSWORDS: Final = 10
"""How many different passwords they may have: each takes a tenth of a second."""


class LabelBody(RequestModel):
    """What a link is called from now on; null takes its label away."""

    label: Label | None


class ShareBody(LinkOptionsBody):
    """How a link is wanted; every field may be left out."""

    label: Annotated[Label | None, BeforeValidator(not_null)] = Field(
        None,
        description="What the admins call it; nobody else is told.",
        examples=["Press, spring"],
        json_schema_extra=without_default,
    )
    password: Annotated[
        str | None,
        Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH),
        BeforeValidator(not_null),
        WithJsonSchema({"type": "string", "minLength": MIN_LENGTH, "maxLength": MAX_LENGTH}),
    ] = Field(
        None,
        description="The link asks for it.",
        json_schema_extra=without_default,
    )
    template: Annotated[TemplateName | None, BeforeValidator(not_null)] = Field(
        None,
        description="The name of a template, which says what is not said here.",
        examples=["Monthly board"],
        json_schema_extra=without_default,
    )


class BulkShareBody(ShareBody):
    """One link of several: as for one alone, and its report, unless its template says that."""

    report: ReportType | None = Field(
        None,
        description="A report type; may be left out where the template says it.",
        validate_default=True,
        json_schema_extra=without_default,
    )

    @field_validator("report")
    @classmethod
    def _is_said(cls, report: str | None, body: ValidationInfo) -> str | None:
        if report is None and body.data.get("template") is None:
            raise ValueError("Field required")
        return report

    @model_validator(mode="after")
    def _is_no_null(self) -> Self:
        if "report" in self.model_fields_set:
            not_null(self.report)
        return self


class BulkBody(RequestModel):
    """Links that are issued together, all of them or none."""

    shares: list[BulkShareBody] = Field(min_length=1, max_length=MOST_LINKS)

    @field_validator("shares")
    @classmethod
    def _few_passwords(cls, shares: list[BulkShareBody]) -> list[BulkShareBody]:
        if len({each.password for each in shares} - {None}) > MOST_PASSWORDS:
            raise ValueError(f"Must have at most {MOST_PASSWORDS} different passwords")
        return shares

    def require_consistent(self) -> None:
        """Refuse options that exclude each other.

        Raises:
            OptionsConflictError: those of one link, by its place.
        """
        for place, body in enumerate(self.shares):
            try:
                body.require_consistent()
            except OptionsConflictError as error:
                error.place = f"/shares/{place}"
                raise


class LinkPasswordBody(RequestModel):
    """The password that a link asks for from now on."""

    password: str = Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH)
