"""Refunds and cancellations: announced and not implemented, so listed and refused when called."""

from typing import Any

from common.reports.model import Definition

DEFINITION: Definition[Any] = Definition(
    slug="refund-cancel-rate",
    title="Refunds and cancellations",
    description="What comes back, and when.",
    place=80,
)
