"""Request body of a share: which days, and for how long."""

from datetime import date
from typing import Annotated, Final, Self

from pydantic import (
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from common.links.options import LinkKind
from common.links.unlocking import MAX_LENGTH, MIN_LENGTH
from common.reports.comparison import Comparison
from common.reports.redaction import Redaction
from common.reports.window import MOST_DAYS, Dates, Period
from share_api.schemas.report_type import ReportType
from share_api.schemas.request_model import RequestModel, not_null, without_default
from share_api.schemas.share_values import Day, Label, Origins, Ranges, Sections
from sharing.issue_errors import OptionsConflictError

MOST_LINKS: Final = 100
"""How many links may be issued by one request."""
MOST_PASSWORDS: Final = 10
"""How many different passwords they may have: each takes a tenth of a second."""


class LabelBody(RequestModel):
    """What a link is called from now on; null takes its label away."""

    label: Label | None


class DatesBody(RequestModel):
    """Days of the calendar in the tenant's time zone, both included and all of them over."""

    first: Day
    last: Day = Field(description=f"At most {MOST_DAYS} days in all.")

    @field_validator("last")
    @classmethod
    def _in_order(cls, last: date, body: ValidationInfo) -> date:
        first = body.data.get("first")
        if first is not None and last < first:
            raise ValueError("Must not be before first")
        if first is not None and (last - first).days >= MOST_DAYS:
            raise ValueError(f"Must be at most {MOST_DAYS} days from first, both included")
        return last


class HideBody(RequestModel):
    """What a link leaves out of its report, in every form of it."""

    sections: Sections = Field(
        [],
        description="Sections of the report by their ids. One whose rows the CSV has takes the CSV"
        " with it.",
        examples=[["waterfall"]],
        json_schema_extra=without_default,
    )
    csv: bool = Field(False, description="The rows as files: there is no CSV.")
    money: bool = Field(False, description="Amounts are an index: net sales of the period are 100.")

    margin: bool = Field(
        True,
        description="What products cost and what is earned by them: it is shown only where this is"
        " false, of a report that has margins, and not where `money` is hidden.",
    )

    @property
    def redaction(self) -> Redaction:
        """The same as issuing takes it."""
        return Redaction(tuple(self.sections), self.csv, self.money, margin=not self.margin)


class ShareBody(RequestModel):
    """How a link is wanted; every field may be left out."""

    period: Annotated[Period, Field(strict=False)] = Field(
        Period.MONTH, description="The last complete days of the tenant's time zone."
    )
    dates: Annotated[
        DatesBody | None,
        BeforeValidator(not_null),
    ] = Field(
        None,
        description="Days of the calendar in place of `period`.",
        json_schema_extra=without_default,
    )
    live: bool = Field(
        False, description="The days of `period` move: those before today, whenever it is opened."
    )
    label: Annotated[Label | None, BeforeValidator(not_null)] = Field(
        None,
        description="What the admins call it; nobody else is told.",
        examples=["Press, spring"],
        json_schema_extra=without_default,
    )
    ranges: Ranges = Field(
        [],
        description="Days that the link's readers may choose in place of its own.",
        examples=[["7d", "month", "custom"]],
        json_schema_extra=without_default,
    )
    embed: Origins = Field(
        [],
        description="Origins whose pages may frame the report, in its compact layout.",
        examples=[["https://intranet.example.com"]],
        json_schema_extra=without_default,
    )
    compare: Annotated[Comparison, Field(strict=False)] = Field(
        Comparison.PREVIOUS,
        description="What its days are shown beside: as many days before, or the same weekdays a"
        " year ago. Readers may choose the other one.",
    )
    hide: Annotated[HideBody | None, BeforeValidator(not_null)] = Field(
        None,
        description="What it leaves out of the report.",
        json_schema_extra=without_default,
    )
    frozen: bool = Field(
        False, description="Page and files stay as they are now, whatever is imported later."
    )
    changes: bool = Field(
        False,
        description="With `frozen`: readers may see what has changed since, at `/changed` below the"
        " link's address.",
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
    expires_in_seconds: Annotated[
        int | None,
        Field(gt=0),
        BeforeValidator(not_null),
        WithJsonSchema({"type": "integer", "exclusiveMinimum": 0}),
    ] = Field(
        None,
        description="How long the link opens; by default as set, within the shop's bound.",
        examples=[604_800],
        json_schema_extra=without_default,
    )

    @model_validator(mode="after")
    def _period_or_dates(self) -> Self:
        if {"period", "dates"} <= self.model_fields_set:
            raise ValueError("Give period or dates, not both")
        return self

    def require_consistent(self) -> None:
        """Refuse options that exclude each other.

        Raises:
            OptionsConflictError: both move and stay are asked for.
        """
        if self.live and self.frozen:
            raise OptionsConflictError("frozen", "stays as it is: not with live")

    @property
    def kind(self) -> LinkKind:
        """How the link's window stands to the days that pass."""
        if self.frozen:
            return LinkKind.FROZEN
        return LinkKind.LIVE if self.live else LinkKind.FIXED

    @property
    def redaction(self) -> Redaction:
        """What the link leaves out."""
        return Redaction() if self.hide is None else self.hide.redaction

    @property
    def days(self) -> Period | Dates:
        """The days that the link is to show."""
        return self.period if self.dates is None else Dates(self.dates.first, self.dates.last)


class BulkShareBody(ShareBody):
    """One link of several: as for one alone, and its report."""

    report: ReportType


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
