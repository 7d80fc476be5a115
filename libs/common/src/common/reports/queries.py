"""Which query feeds which report. Only the worker may import this module and its neighbours that
reach the SQL."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from common.reports import registry
from common.reports.catalog.product_performance.query import query as product_performance
from common.reports.catalog.revenue_overview.query import query as revenue_overview
from common.reports.catalog.sales_velocity.query import query as sales_velocity
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.sales.protocol import Sales

Query = Callable[[Sales], Any]

QUERIES: Mapping[str, Query] = MappingProxyType(
    {
        "revenue-overview": revenue_overview,
        "sales-velocity": sales_velocity,
        "product-performance": product_performance,
    }
)


def run(slug: str, sales: Sales) -> Any:
    """The result of a report over the scope of ``sales``.

    Raises:
        UnknownReportError: no such report type is registered.
        AnalyticsNotYetImplementedError: it is registered as a stub.
    """
    definition = registry.find(slug)
    if not definition.implemented:
        raise AnalyticsNotYetImplementedError(definition.slug)
    return QUERIES[slug](sales)
