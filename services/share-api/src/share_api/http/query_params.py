"""Query parameters: each at most once, as of two it is unknown which is meant."""

from collections import Counter
from http import HTTPStatus

from fastapi import Request

from common.http.problem import Problem


class RepeatedParameterError(Problem):
    """Parameters that are there more than once."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-parameter"
    title = "Invalid parameter"

    def __init__(self, names: list[str]) -> None:
        super().__init__("A parameter is there more than once.")
        self.names = names

    @property
    def errors(self) -> list[dict[str, str]]:
        """Every parameter that is repeated."""
        return [
            {"parameter": name[:100], "detail": "is there more than once"} for name in self.names
        ]


async def require_unique_parameters(request: Request) -> None:
    """Refuse a repeated parameter, where any are read.

    Raises:
        RepeatedParameterError: with their names.
    """
    if 400 not in getattr(request.scope.get("route"), "responses", {}):  # noqa: PLR2004 - a status
        return
    counts = Counter(name for name, _ in request.query_params.multi_items())
    names = [name for name, count in counts.items() if count > 1]
    if names:
        raise RepeatedParameterError(names)
