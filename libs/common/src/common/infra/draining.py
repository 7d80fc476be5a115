"""Draining: what a server that ends does with connections of proxies.

None that is idle is closed at once: a request may be on its way there, and one that changes
something is not sent again. What comes is answered, with ``Connection: close``.
"""

import asyncio
from typing import Any, Final

DRAIN_SECONDS: Final = 5
"""How long a server that ends keeps a proxy's idle connections: what is used is closed by then."""


class DrainingProtocol(asyncio.Protocol):
    """A connection of a client; to be derived from in front of a protocol of the server.

    ``ending`` says that the server ends, and that this connection is a proxy's.
    """

    cycle: Any
    loop: asyncio.AbstractEventLoop
    ending = False

    def is_of_proxy(self) -> bool:
        """Whether the client is a proxy, which uses a connection for many others."""
        return False

    def on_headers_complete(self) -> None:
        """The head of a request has arrived."""
        super().on_headers_complete()  # type: ignore[misc] # the server has it
        if self.ending:
            self._answer_as_last()

    def shutdown(self) -> None:
        """The server ends: finish what is under way, and what a proxy has sent meanwhile."""
        end = super().shutdown  # type: ignore[misc] # the server has it
        if not self.is_of_proxy():
            end()
            return
        self.ending = True
        self._answer_as_last()
        self.loop.call_later(DRAIN_SECONDS, end)

    def _answer_as_last(self) -> None:
        """Have the answer under way say that the connection ends with it, if it has not begun."""
        if self.cycle is not None and not self.cycle.response_started:
            self.cycle.keep_alive = False
