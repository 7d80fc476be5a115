"""Channel performance: announced and not implemented, so listed and refused when called."""

from typing import Any

from common.reports.model import Definition

DEFINITION: Definition[Any] = Definition(
    slug="channel-performance",
    title="Channel performance",
    description="Sales by channel.",
    place=90,
)
