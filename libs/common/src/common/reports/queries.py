"""The query of a report, found in its folder by its slug. Only the worker may import this module
and its neighbours that reach the SQL."""

from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from common.reports import registry
from common.reports.model import AnalyticsNotYetImplementedError, Row
from common.reports.sales.protocol import Sales

Query = Callable[[Sales], Any]


def find(slug: str) -> Query:
    """The function ``query`` of ``query.py`` in the report's folder, loaded when first asked for.

    Raises:
        UnknownReportError: no such report type is registered.
        AnalyticsNotYetImplementedError: it is registered as a stub.
        ImportError, AttributeError: the folder of an implemented report has no query.
    """
    query: Query = _module(slug).query
    return query


def run(slug: str, sales: Sales) -> Any:
    """The result of a report over the scope of ``sales``.

    Raises: what ``find`` raises; sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    return find(slug)(sales)


def rows(slug: str, sales: Sales) -> Iterator[Row] | None:
    """The rows of a report's CSV without its page; None where they are no quicker to have.

    A report whose page takes long by itself has a function ``rows`` beside ``query``.

    Raises: what ``run`` raises.
    """
    alone: Callable[[Sales], Iterator[Row] | None] | None = getattr(_module(slug), "rows", None)
    return None if alone is None else alone(sales)


def _module(slug: str) -> ModuleType:
    if not registry.find(slug).implemented:
        raise AnalyticsNotYetImplementedError(slug)
    return import_module(f"{registry.folder(slug)}.query")
