"""Inventory turnover: announced and not implemented, so listed and refused when called."""

from typing import Any

from common.reports.model import Definition

DEFINITION: Definition[Any] = Definition(
    slug="inventory-turnover",
    title="Inventory turnover",
    description="How often stock is sold and renewed.",
    place=70,
)
