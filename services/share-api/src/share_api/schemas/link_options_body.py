"""Request body of a link's options: what shares and templates have in common."""

from datetime import date
from typing import Annotated, Self

from pydantic import (
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from common.links.options import LinkKind
from common.reports.comparison import Comparison
from common.reports.redaction import Redaction
from common.reports.window import MOST_DAYS, Dates, Period
from share_api.schemas.request_model import RequestModel, not_null, without_default
from share_api.schemas.share_values import Board, Day, Origins, Ranges, Sections
from sharing.issue_errors import OptionsConflictError
from sharing.link_wish import LinkWish


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


class LinkOptionsBody(RequestModel):
    """What a link is to be; every field may be left out."""

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
        description="What its days are shown beside: the same weekdays as few whole weeks earlier"
        " as clear them, or those a year ago. Readers may choose the other one.",
    )
    hide: Annotated[HideBody | None, BeforeValidator(not_null)] = Field(
        None,
        description="What it leaves out of the report.",
        json_schema_extra=without_default,
    )
    reports: Board = Field(
        [],
        description="The reports of a board: all under this one link, in the order of their tabs."
        " The report that the link is asked for is among them and opens first.",
        examples=[["revenue-overview", "sales-velocity", "product-performance"]],
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

    def wish(self, report: str | None, *, protected: bool | None = None) -> LinkWish:
        """What the body says, of a link to ``report``."""
        dates, said = self.dates, self.model_fields_set
        return LinkWish(
            report=report,
            reports=tuple(self.reports) or None,
            period=self.period if "period" in said else None,
            dates=None if dates is None else Dates(dates.first, dates.last),
            kind=self.kind if {"live", "frozen"} & said else None,
            ranges=tuple(self.ranges) or None,
            embed=tuple(self.embed) or None,
            compare=self.compare if "compare" in said else None,
            hide=None if self.hide is None else self.hide.redaction,
            changes=self.changes if "changes" in said else None,
            expires_in=self.expires_in_seconds,
            protected=protected,
        )
