"""Customer insights: announced and not implemented, so listed and refused when called."""

from typing import Any

from common.reports.model import Definition

DEFINITION: Definition[Any] = Definition(
    slug="customer-insights",
    title="Customer insights",
    description="New and returning customers.",
    place=40,
)
