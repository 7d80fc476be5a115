"""Request context: what a request logs, traces and asks of the workers has its id.

What the fast path answers from the response cache has none of it: it does none of that.
"""

from http import HTTPMethod
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.infra import request_ids, tracing
from common.infra.tracing import Kind
from report_viewer.links.urls import PREFIX, parse
from report_viewer.problems.errors import ViewerError

_HEADER: Final = request_ids.HEADER.lower().encode("ascii")
_METHODS: Final = frozenset(HTTPMethod)


async def answer_in_context(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Have ``app`` answer a request for a report."""
    given = next((value for name, value in scope["headers"] if name == _HEADER), b"")
    with request_ids.working_on(request_ids.plain_or_new(given.decode("latin-1"))):
        if tracing.is_on():
            await _answer_traced(app, scope, receive, send)
        else:
            await app(scope, receive, send)


async def _answer_traced(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    with tracing.span(method, Kind.SERVER, {"http.request.method": method}) as span:

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = _route(scope.get("raw_path") or scope["path"].encode(), scope["method"])
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", message["status"])
            await send(message)

        await app(scope, receive, watch)


def _route(path: bytes, method: str) -> str:
    """The template of a path, which holds no token."""
    try:
        resource = parse(path, method).resource
    except ViewerError:
        return "-"
    return f"{PREFIX.decode()}/{{token}}{resource.value.decode()}"
