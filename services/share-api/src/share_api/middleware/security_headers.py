"""Security headers and request ids: on every response, errors included.

The outermost layer of ours, so that nothing leaves without them.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.http.security_headers import DATA_POLICY, security_headers
from common.http.security_headers import Headers as BytesHeaders
from common.infra import request_ids


def response_headers(*, https: bool, subdomains: bool) -> BytesHeaders:
    """What every response carries unless its route says otherwise: it is kept nowhere."""
    policy = security_headers(https=https, subdomains=subdomains, policy=DATA_POLICY)
    return ((b"cache-control", b"no-store"), *policy)


class SecurityHeadersMiddleware:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, *, https: bool, subdomains: bool) -> None:
        self._app = app
        self._headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in response_headers(https=https, subdomains=subdomains)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request; the headers go onto the response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_ids.plain_or_new(Headers(scope=scope).get(request_ids.HEADER))

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[request_ids.HEADER] = request_id
                for name, value in self._headers:
                    headers.setdefault(name, value)
            await send(message)

        with request_ids.working_on(request_id):
            await self._app(scope, receive, complete)
