"""Client addresses: where a request comes from, by the same rules as share-api's server has.

Read only where a rate limit needs it, which is not the hot path: so it is no middleware.
"""

from collections.abc import MutableMapping
from typing import Any, Final

from starlette.types import Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

_ASKED: Final = ("type", "scheme", "client", "headers")


class ClientAddresses:
    """Finds the address of a client.

    Args:
        trusted_proxies: whose ``X-Forwarded-For`` is trusted; addresses or networks, comma
            separated. Without any, none is.
    """

    def __init__(self, trusted_proxies: str) -> None:
        nothing: Any = _nothing
        self._read = ProxyHeadersMiddleware(nothing, trusted_proxies) if trusted_proxies else None

    async def address(self, scope: Scope) -> str | None:
        """The address of a request's client; None when there is none, as on a Unix socket."""
        found = {name: scope.get(name) for name in _ASKED}
        if self._read is not None:
            await self._read(found, _no_message, _no_answer)  # type: ignore[arg-type]
        client = found["client"]
        return str(client[0]) if client else None


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """The application behind the middleware, which reads the scope and no more."""


async def _no_message() -> MutableMapping[str, Any]:
    return {}


async def _no_answer(message: MutableMapping[str, Any]) -> None:
    """Nothing is answered."""
