"""The one place where an error becomes an answer: RFC 9457 problem details.

``_KINDS`` says which error is which status. The text of our own errors is written for the caller;
those of servers and libraries are not shown. A 500 says nothing about the inside.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from redis import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match

from accounts.passwords import GenerationOverError
from common.db.engine import UnsafeDatabaseRoleError
from common.db.pagination import InvalidCursorError
from common.reports.model import AnalyticsNotYetImplementedError
from common.reports.registry import UnknownReportError
from share_api.auth.credentials import LoginBusyError, WrongCredentialsError
from share_api.auth.sessions import NoSessionError, NotAMemberError, NoTenantError
from share_api.discord.endpoint import DiscordNotConfiguredError
from share_api.discord.guilds import ConnectionNotFoundError
from share_api.discord.limits import TooManyCommandsError
from share_api.discord.signature import InvalidSignatureError
from share_api.http.csrf import CrossSiteRequestError
from share_api.http.json_body import InvalidBodyError, SlowBodyError
from share_api.http.multipart import InvalidUploadError, UnsupportedUploadError
from share_api.http.query_params import RepeatedParameterError
from share_api.imports import ImportNotFoundError, ImportTooLargeError, TooManyImportsError
from share_api.rate_limits import TooManyLoginsError
from share_api.readiness import NotReadyError
from sharing.issuing import ExpiryOutOfRangeError, SharingOffError, SigningNotConfiguredError
from sharing.listing import ShareNotFoundError
from sharing.rate_limits import TooManySharesError
from sharing.revoking import RevocationUnavailableError

PROBLEM_JSON: Final = "application/problem+json"
_RETRY_SECONDS: Final = 5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its status, its name in ``type``, its title, and its detail when the
    error's own text is not meant for the caller.
    """

    status: int
    name: str
    title: str
    detail: str | None = None


_DATABASE = Kind(503, "unavailable", "Service unavailable", "The database does not answer.")
_REDIS = Kind(503, "unavailable", "Service unavailable", "Redis does not answer.")

_KINDS: Final[Mapping[type[Exception], Kind]] = {
    InvalidBodyError: Kind(400, "invalid-body", "Invalid request body"),
    ExpiryOutOfRangeError: Kind(
        400, "invalid-body", "Invalid request body", "The request body is not valid."
    ),
    InvalidUploadError: Kind(400, "invalid-upload", "Invalid upload"),
    InvalidCursorError: Kind(
        400, "invalid-parameter", "Invalid parameter", "A parameter is not valid."
    ),
    RepeatedParameterError: Kind(400, "invalid-parameter", "Invalid parameter"),
    SlowBodyError: Kind(408, "timeout", "Request too slow"),
    RequestValidationError: Kind(
        400, "invalid-parameter", "Invalid parameter", "A parameter is not valid."
    ),
    ClientDisconnect: Kind(400, "incomplete", "Incomplete request", "The request broke off."),
    UnknownReportError: Kind(400, "unknown-report", "Unknown report type"),
    AnalyticsNotYetImplementedError: Kind(
        400, "report-not-implemented", "Report type not implemented"
    ),
    InvalidSignatureError: Kind(401, "invalid-signature", "Not signed by Discord"),
    CrossSiteRequestError: Kind(403, "cross-site-request", "Request from another site"),
    NoSessionError: Kind(403, "no-session", "Not logged in"),
    GenerationOverError: Kind(403, "no-session", "Not logged in"),
    NoTenantError: Kind(403, "no-tenant", "No tenant chosen"),
    NotAMemberError: Kind(403, "not-a-member", "Not a member of the tenant"),
    WrongCredentialsError: Kind(403, "wrong-credentials", "Login refused"),
    ShareNotFoundError: Kind(404, "share-not-found", "Share not found"),
    ConnectionNotFoundError: Kind(404, "connection-not-found", "Connection not found"),
    ImportNotFoundError: Kind(404, "import-not-found", "Import not found"),
    SharingOffError: Kind(409, "sharing-off", "Sharing is turned off"),
    ImportTooLargeError: Kind(413, "import-too-large", "Import too large"),
    UnsupportedUploadError: Kind(415, "unsupported-upload", "Not a CSV and not a form"),
    TooManyImportsError: Kind(429, "too-many-imports", "Too many imports"),
    TooManyCommandsError: Kind(429, "too-many-codes", "Too many codes"),
    TooManyLoginsError: Kind(429, "too-many-logins", "Too many login attempts"),
    TooManySharesError: Kind(429, "too-many-shares", "Too many links"),
    SigningNotConfiguredError: Kind(503, "signing-not-configured", "Signing not configured"),
    RevocationUnavailableError: Kind(503, "recall-unavailable", "Links not revoked yet"),
    DiscordNotConfiguredError: Kind(503, "discord-not-configured", "Discord not configured"),
    LoginBusyError: Kind(503, "login-busy", "Service busy"),
    NotReadyError: Kind(503, "not-ready", "Not ready"),
    UnsafeDatabaseRoleError: Kind(
        503, "unsafe-database-role", "Service unavailable", "The database's role is not safe."
    ),
    OperationalError: _DATABASE,
    InterfaceError: _DATABASE,
    PoolTimeoutError: _DATABASE,
    RedisError: _REDIS,
}


def install(app: FastAPI) -> None:
    """Answer every error of ``_KINDS`` and every error of HTTP itself as a problem."""
    for kind in _KINDS:
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(HTTPException, _answer_http)


def problem(
    status: int,
    *,
    title: str,
    detail: str,
    name: str | None = None,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer in problem details; without ``name`` it is one of HTTP itself."""
    content: dict[str, Any] = {
        "type": f"urn:analytics:problem:{name}" if name else "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if errors:
        content["errors"] = errors
    # ASCII only: whatever a caller sent can be said back, lone surrogates included.
    return Response(json.dumps(content), status, headers, media_type=PROBLEM_JSON)


def internal_error() -> Response:
    """The answer to an error nobody foresaw."""
    return problem(500, title="Internal Server Error", detail="Something went wrong here.")


async def _answer(_: Request, error: Exception) -> Response:
    kind = next(_KINDS[base] for base in type(error).__mro__ if base in _KINDS)
    if kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
        _log.warning("unavailable", extra={"problem": kind.name, "error": _cause(error)})
    return problem(
        kind.status,
        title=kind.title,
        detail=kind.detail or f"{str(error)[:500].rstrip('.')}.",
        name=kind.name,
        errors=_faults(error),
        headers=_retry(error, kind),
    )


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for that class
    title = HTTPStatus(error.status_code).phrase
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
    return problem(
        error.status_code,
        title=title,
        detail=_HTTP.get(error.status_code, f"{title}."),
        headers=headers,
    )


def _allowed(request: Request) -> list[str]:
    """The methods of an address, which may be those of several routes."""
    asked = ((method, {**request.scope, "method": method}) for method in _METHODS)
    routes = request.app.router.routes
    found = [m for m, scope in asked if any(r.matches(scope)[0] is Match.FULL for r in routes)]
    return [*found, "HEAD"] if "GET" in found and "HEAD" not in found else found


_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_HTTP: Final = {404: "There is nothing here.", 405: "The method is not one of this address."}


def _retry(error: Exception, kind: Kind) -> dict[str, str] | None:
    lasting = (SigningNotConfiguredError, DiscordNotConfiguredError, UnsafeDatabaseRoleError)
    transient = kind.status == HTTPStatus.SERVICE_UNAVAILABLE and not isinstance(error, lasting)
    seconds = getattr(error, "retry_after", _RETRY_SECONDS if transient else None)
    return None if seconds is None else {"Retry-After": str(seconds)}


def _faults(error: Exception) -> list[dict[str, str]] | None:
    if isinstance(error, InvalidBodyError):
        return [{"pointer": fault.pointer, "detail": fault.detail} for fault in error.faults]
    if isinstance(error, ExpiryOutOfRangeError):
        return [{"pointer": "/expiresInSeconds", "detail": str(error)}]
    if isinstance(error, RepeatedParameterError):
        return [
            {"parameter": name[:100], "detail": "is there more than once"} for name in error.names
        ]
    if isinstance(error, InvalidCursorError):
        return [{"parameter": "cursor", "detail": str(error)}]
    if isinstance(error, RequestValidationError):
        return [
            {
                "parameter": ".".join(map(str, each["loc"][1:])),
                "detail": each["msg"].removeprefix("Value error, "),
            }
            for each in error.errors()
        ]
    return None


def _cause(error: Exception) -> str:
    """The class of what went wrong: its text may name hosts and users."""
    return type(error.__cause__ or error).__name__
