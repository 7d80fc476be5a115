"""The one list of report types. Routes, OpenAPI, docs, Discord and warm-up are driven by it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from common.reports.catalog import stubs
from common.reports.catalog.product_performance import definition as product_performance
from common.reports.catalog.revenue_overview import definition as revenue_overview
from common.reports.catalog.sales_velocity import definition as sales_velocity
from common.reports.model import Definition

_ALL: tuple[Definition[Any], ...] = (
    revenue_overview.DEFINITION,
    sales_velocity.DEFINITION,
    product_performance.DEFINITION,
    *stubs.DEFINITIONS,
)

REPORTS: Mapping[str, Definition[Any]] = MappingProxyType({each.slug: each for each in _ALL})
"""Every report type by its slug, in the order readers see them."""


class UnknownReportError(LookupError):
    """No report type of that name is registered."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"unknown report type {slug!r}")
        self.slug = slug


def find(slug: str) -> Definition[Any]:
    """The report type of that name, stub or not.

    Raises:
        UnknownReportError: none is registered.
    """
    try:
        return REPORTS[slug]
    except KeyError:
        raise UnknownReportError(slug) from None


def implemented() -> tuple[Definition[Any], ...]:
    """The report types that can be computed, in the registry's order."""
    return tuple(definition for definition in REPORTS.values() if definition.implemented)
