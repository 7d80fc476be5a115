"""What a link leaves out of its report, as clients see it."""

from typing import Self

from pydantic import Field

from common.reports.redaction import Redaction
from share_api.schemas.api_model import ApiModel


class HiddenView(ApiModel):
    """What a link leaves out of its report."""

    sections: tuple[str, ...] = Field(description="Ids of sections.")
    csv: bool = Field(description="Whether it has no CSV.")
    money: bool = Field(description="Whether amounts are an index.")

    margin: bool = Field(description="Whether what products cost and earn is left out.")

    @classmethod
    def of(cls, hidden: Redaction) -> Self:
        """As clients see it."""
        return cls(
            sections=hidden.sections,
            csv=hidden.csv,
            money=hidden.money,
            margin=not hidden.margin,
        )
