"""A registered report type in a request."""

from typing import Annotated

from pydantic import AfterValidator, Field

from common.reports import registry


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
