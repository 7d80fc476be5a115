"""Problems under ``/admin`` as pages; without a session the log-in, which leads back."""

from typing import Final

from fastapi import Request
from starlette.responses import Response

from share_api.auth.sessions import NoSessionError, NoTenantError
from share_api.console.own_paths import login_path, own_path, shops_path
from share_api.console.pages import plain_page, redirect
from share_api.middleware.problems import Told

PREFIX: Final = "/admin"


def _is_page(path: str) -> bool:
    """Whether an address is one of the console's."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def respond(request: Request, told: Told) -> Response | None:
    """The page of an error under ``/admin``; without a session the log-in, which leads back."""
    if not _is_page(request.url.path):
        return None
    if told.type == NoSessionError.type:
        return redirect(login_path(_here(request)))
    if told.type == NoTenantError.type:
        return redirect(shops_path(_here(request)))
    response = plain_page(request, "problem.html", told.status, told=told)
    if told.retry_after is not None:
        response.headers["Retry-After"] = str(told.retry_after)
    return response


def _here(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return own_path(f"{request.url.path}{query}")
