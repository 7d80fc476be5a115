"""Time of day: announced and not implemented, so listed and refused when called."""

from typing import Any

from common.reports.model import Definition

DEFINITION: Definition[Any] = Definition(
    slug="time-of-day-heatmap",
    title="Time of day",
    description="Sales by weekday and hour.",
    place=60,
)
