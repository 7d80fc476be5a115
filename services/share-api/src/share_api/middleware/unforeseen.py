"""Unforeseen errors: what no handler expects is answered with 500.

It stands inside of what counts and logs requests, so that those see the answer as any other.
"""

import logging

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from share_api.middleware.problems import ProblemPage, Told, internal_error

_log = logging.getLogger(__name__)


class UnforeseenErrorMiddleware:
    """ASGI middleware that logs an error and answers it, unless an answer has begun."""

    def __init__(self, app: ASGIApp, *, page: ProblemPage = lambda _, __: None) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            _log.exception("unforeseen error")
            if started:
                raise
            response = self._page(Request(scope), Told.of_status(500)) or internal_error()
            await response(scope, receive, send)
