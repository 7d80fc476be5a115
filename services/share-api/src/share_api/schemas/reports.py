"""Response schemas of the registry: the report types, and what links may hide of them."""

from typing import Any, Self

from pydantic import Field

from common.reports.model import Definition
from common.reports.window import Period
from share_api.schemas.api_model import ApiModel


class SectionView(ApiModel):
    """A section of a report type, which links may hide by its ``id``."""

    id: str
    title: str


class ReportView(ApiModel):
    """A report type; one that is not implemented cannot be shared."""

    slug: str
    title: str
    description: str
    implemented: bool
    periods: tuple[Period, ...]
    sections: tuple[SectionView, ...] = Field(description="What links may hide.")

    @classmethod
    def of(cls, definition: Definition[Any]) -> Self:
        """As clients see it."""
        return cls(
            slug=definition.slug,
            title=definition.title,
            description=definition.description,
            implemented=definition.implemented,
            periods=tuple(Period) if definition.implemented else (),
            sections=tuple(
                SectionView(id=each.key, title=each.title) for each in definition.sections
            ),
        )


class ReportsView(ApiModel):
    """Every report type."""

    items: tuple[ReportView, ...]
