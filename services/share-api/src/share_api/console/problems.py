"""Problems under ``/admin`` as pages; without a session the log-in, which leads back."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.responses import Response

from common.http.wording import Wording
from share_api.auth.sessions import NoSessionError, NoTenantError
from share_api.console.own_paths import is_own, login_path, own_path, shops_path
from share_api.console.pages import plain_page, redirect
from share_api.middleware.problems import Told, UnavailableError

PREFIX: Final = "/admin"
_AWAY: Final = Wording("Something that this page needs is not working just now. No data is lost.")


def _is_page(path: str) -> bool:
    """Whether an address is one of the console's."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def respond(request: Request, told: Told) -> Response | None:
    """The page of an error under ``/admin``; without a session the log-in, which leads back."""
    if not _is_page(request.url.path):
        return None
    path = request.url.path.rstrip("/")
    if told.status == HTTPStatus.NOT_FOUND and request.method == "GET" and _is_other(request, path):
        return redirect(f"{path}{_query(request)}")
    if told.type == NoSessionError.type:
        return redirect(login_path(_here(request)))
    if told.type == NoTenantError.type:
        return redirect(shops_path(_here(request)))
    if told.type == UnavailableError.type:  # which server it is helps nobody who reads a page
        told = replace(told, detail=_AWAY)
    response = plain_page(request, "problem.html", told.status, told=told)
    if told.retry_after is not None:
        response.headers["Retry-After"] = str(told.retry_after)
    return response


def _is_other(request: Request, path: str) -> bool:
    """Whether a path of ours, without its slashes at the end, is another than was asked for."""
    return path != request.url.path and is_own(path)


def _here(request: Request) -> str:
    return own_path(f"{request.url.path}{_query(request)}")


def _query(request: Request) -> str:
    return f"?{request.url.query}" if request.url.query else ""
