"""The query of a report, found in its folder by its slug. Only the worker may import this module
and its neighbours that reach the SQL."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from common.reports import registry
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.sales.protocol import Sales

Query = Callable[[Sales], Any]


def find(slug: str) -> Query:
    """The function ``query`` of ``query.py`` in the report's folder, loaded when first asked for.

    Raises:
        UnknownReportError: no such report type is registered.
        AnalyticsNotYetImplementedError: it is registered as a stub.
        ImportError, AttributeError: the folder of an implemented report has no query.
    """
    if not registry.find(slug).implemented:
        raise AnalyticsNotYetImplementedError(slug)
    query: Query = import_module(f"{registry.folder(slug)}.query").query
    return query


def run(slug: str, sales: Sales) -> Any:
    """The result of a report over the scope of ``sales``.

    Raises: what ``find`` raises; sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    return find(slug)(sales)
