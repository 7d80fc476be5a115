"""Geography: announced and not implemented, so listed and refused when called."""

from typing import Any

from common.reports.model import Definition

DEFINITION: Definition[Any] = Definition(
    slug="geographic-distribution",
    title="Geography",
    description="Sales by country and region.",
    place=100,
)
