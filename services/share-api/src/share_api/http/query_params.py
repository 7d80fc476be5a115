"""Query parameters: each at most once, and none unknown among the options of a change.

Of two it is unknown which is meant; an option that is misspelt would be passed over, and what it
asks for not done.
"""

from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from common.http.problem import Problem

_READING: Final = frozenset({"GET", "HEAD"})


class RefusedParameterError(Problem):
    """Parameters that are there more than once, or that nobody knows."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-parameter"
    title = "Invalid parameter"

    def __init__(self, names: list[str], reason: str) -> None:
        super().__init__(f"A parameter {reason}.")
        self.names = names
        self.reason = reason

    @property
    def errors(self) -> list[dict[str, str]]:
        """Every parameter that is refused."""
        return [{"parameter": name[:100], "detail": self.reason} for name in self.names]


async def require_clear_parameters(request: Request) -> None:
    """Refuse a repeated parameter, where any are read, and an unknown one where it could do harm.

    Raises:
        RefusedParameterError: with their names.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or HTTPStatus.BAD_REQUEST not in route.responses:
        return
    counts = Counter(name for name, _ in request.query_params.multi_items())
    _require_none([name for name, count in counts.items() if count > 1], "is there more than once")
    if not counts or request.method in _READING:
        return
    known = set(_names(route.dependant))
    if known:
        named = ", ".join(f"`{name}`" for name in sorted(known))
        unknown = [name for name in counts if name not in known]
        _require_none(unknown, f"is not known here: these are, {named}")


def _require_none(names: list[str], reason: str) -> None:
    if names:
        raise RefusedParameterError(names, reason)


def _names(dependant: Dependant) -> Iterator[str]:
    """The names of the query parameters that a route reads."""
    yield from (each.alias for each in dependant.query_params)
    for each in dependant.dependencies:
        yield from _names(each)
