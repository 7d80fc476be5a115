"""Problem details (RFC 9457): the one place where an error becomes a response.

Our own errors carry their problem (``common.http.problem``). Here are those of libraries, and of
report types, which are no problem of HTTP by themselves: their text is not for the client, nor is
anything about the inside at a 500.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Self

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from redis import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match

from common.db.engine import UnsafeDatabaseRoleError
from common.db.read_timeout import ReadOnlyServerError
from common.http.problem import MEDIA_TYPE, UNAVAILABLE_RETRY_SECONDS, Problem, problem_json
from common.infra.nodes import address_of
from common.infra.refusals import refusal_of, told_of
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.registry import UnknownReportError

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
DETAILS: Final = {  # in words, where the phrase of HTTP is not enough
    404: "There is nothing here.",
    405: "The method is not one of this address.",
    500: "Something went wrong here.",
}
_log = logging.getLogger(__name__)


class UnavailableError(Problem):
    """A server that is needed does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "unavailable"
    title = "Service unavailable"
    retry_after = UNAVAILABLE_RETRY_SECONDS


class DatabaseUnavailableError(UnavailableError):
    """PostgreSQL does not answer."""

    fixed_detail = "The database does not answer."


class DatabaseReadOnlyError(UnavailableError):
    """PostgreSQL takes no writes: it is a standby, or was set so."""

    fixed_detail = "The database takes no writes."


class RedisUnavailableError(UnavailableError):
    """Redis does not answer, or refuses writes."""


class UnsafeRoleError(Problem):
    """The service must not read from this database."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "unsafe-database-role"
    title = "Service unavailable"
    fixed_detail = "The database's role is not safe."


class IncompleteRequestError(Problem):
    """The client has gone."""

    status = HTTPStatus.BAD_REQUEST
    type = "incomplete"
    title = "Incomplete request"
    fixed_detail = "The request broke off."


class UnknownReportTypeError(Problem):
    """No such report type."""

    status = HTTPStatus.BAD_REQUEST
    type = "unknown-report"
    title = "Unknown report type"


class ReportNotImplementedError(Problem):
    """A report type that cannot be computed yet."""

    status = HTTPStatus.BAD_REQUEST
    type = "report-not-implemented"
    title = "Report type not implemented"


class InvalidParameterError(Problem):
    """Parameters that do not validate: ``faults`` says what is wrong with which."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-parameter"
    title = "Invalid parameter"
    fixed_detail = "A parameter is not valid."
    faults: tuple[dict[str, str], ...] = ()

    @property
    def errors(self) -> tuple[dict[str, str], ...]:
        """Every parameter that does not validate."""
        return self.faults


_PROBLEMS: Final[Mapping[type[Exception], type[Problem]]] = {
    UnknownReportError: UnknownReportTypeError,
    AnalyticsNotYetImplementedError: ReportNotImplementedError,
    ClientDisconnect: IncompleteRequestError,
    UnsafeDatabaseRoleError: UnsafeRoleError,
    OperationalError: DatabaseUnavailableError,
    InterfaceError: DatabaseUnavailableError,
    PoolTimeoutError: DatabaseUnavailableError,
    RedisError: RedisUnavailableError,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a client is told of an error: as of ``Problem``, or of an error of HTTP itself."""

    status: int
    type: str
    title: str
    detail: str
    retry_after: int | None = None

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """What a problem tells."""
        retry = problem.retry_after
        return cls(int(problem.status), problem.type, problem.title, problem.detail, retry)

    @classmethod
    def of_status(cls, status: int) -> Self:
        """What an error of HTTP itself tells."""
        phrase = HTTPStatus(status).phrase
        return cls(status, "about:blank", phrase, DETAILS.get(status, f"{phrase}."))


ProblemPage = Callable[[Request, Told], Response | None]
"""Answers an error as a page; None where the request is none of a page's."""


def install(app: FastAPI, page: ProblemPage = lambda _, __: None) -> None:
    """Answer problems, the errors of ``_PROBLEMS`` and every error of HTTP itself.

    ``page`` may answer one as a page, for requests of pages.
    """

    async def answer(request: Request, error: Exception) -> Response:
        problem = _problem_of(error)
        if problem.status is HTTPStatus.SERVICE_UNAVAILABLE:
            # What is answered, and the class of the cause: its text may name hosts and users.
            cause = type(error.__cause__ or error).__name__
            facts = {
                "problem": problem.type,
                "reason": problem.detail,
                "error": cause,
                "refusal": refusal_of(error),
                "node": address_of(error.__cause__ or error),
            }
            _log.warning("unavailable", extra={k: v for k, v in facts.items() if v is not None})
        return page(request, Told.of(problem)) or _as_json(problem)

    async def answer_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for that class
        return page(request, Told.of_status(error.status_code)) or _answer_http(request, error)

    for error in (Problem, RequestValidationError, *_PROBLEMS):
        app.add_exception_handler(error, answer)
    app.add_exception_handler(HTTPException, answer_http)


def internal_error() -> Response:
    """The response to an error that no one foresaw."""
    return _response(problem_json(500, detail=DETAILS[500]), 500)


def _as_json(problem: Problem) -> Response:
    seconds = problem.retry_after
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    if problem.challenge is not None:
        headers["WWW-Authenticate"] = problem.challenge
    return _response(problem.json(), problem.status, headers)


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        problem = InvalidParameterError()
        problem.faults = tuple(
            {
                "parameter": ".".join(map(str, each["loc"][1:])),
                "detail": each["msg"].removeprefix("Value error, "),
            }
            for each in error.errors()
        )
        return problem
    if isinstance(error, RedisError):
        return RedisUnavailableError(told_of(error))
    if isinstance(getattr(error, "orig", None), ReadOnlyServerError):
        return DatabaseReadOnlyError(str(error))
    kind = next(_PROBLEMS[base] for base in type(error).__mro__ if base in _PROBLEMS)
    return kind(str(error))


def _answer_http(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
    phrase = HTTPStatus(error.status_code).phrase
    detail = DETAILS.get(error.status_code, f"{phrase}.")
    return _response(problem_json(error.status_code, detail=detail), error.status_code, headers)


def _allowed(request: Request) -> list[str]:
    """The methods of an address, which may be those of several routes."""
    asked = ((method, {**request.scope, "method": method}) for method in _METHODS)
    routes = request.app.router.routes
    found = [m for m, scope in asked if any(r.matches(scope)[0] is Match.FULL for r in routes)]
    return [*found, "HEAD"] if "GET" in found and "HEAD" not in found else found


def _response(body: bytes, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status, headers, media_type=MEDIA_TYPE)
