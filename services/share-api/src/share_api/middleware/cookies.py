"""Takes our cookies off a request, and the header with them: the framework parses none."""

from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from share_api.auth.devices import DEVICE_COOKIE
from share_api.auth.passkey_challenges import CHALLENGE_COOKIE
from share_api.auth.sessions import COOKIE
from share_api.http.cookies import read_cookies, without_cookies

OURS: Final = (COOKIE, DEVICE_COOKIE, CHALLENGE_COOKIE)
_STATE: Final = "cookies"


class CookieReader:
    """ASGI middleware that leaves our cookies in the request's state, for ``cookie_of``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request without its ``Cookie`` header."""
        if scope["type"] == "http":
            found = read_cookies(scope["headers"], OURS)
            scope.setdefault("state", {})[_STATE] = found
            scope["headers"] = without_cookies(scope["headers"])
        await self._app(scope, receive, send)


def cookie_of(request: HTTPConnection, name: str) -> str | None:
    """The value of one of our cookies; None when the request has none."""
    cookies: dict[str, str] = request.scope.get("state", {}).get(_STATE, {})
    return cookies.get(name)
