"""Draining: what a server that ends does with connections of proxies.

None that is idle is closed at once: a request may be on its way there, and one that changes
something is not sent again. What comes is answered, with ``Connection: close``. The same holds for
whoever has connected and not asked yet, or is at it. Nor is one reset that has connected and waits
to be accepted: its request may have been sent along.
"""

import asyncio
import select
from typing import Any, Final

DRAIN_SECONDS: Final = 5
"""How long a server that ends keeps a proxy's idle connections: what is used is closed by then."""
_QUIET_TURNS: Final = 4
"""So many turns of the event loop with nobody to accept: what was accepted is a connection then."""


class DrainingServer:
    """A server; to be derived from in front of one of uvicorn's, for ``DrainingProtocol``."""

    servers: list[asyncio.Server]
    server_state: Any

    async def shutdown(self, sockets: Any = None) -> None:
        """End, when all who have connected by now are accepted: closing the listener resets them.

        Under a flood it is closed after ``DRAIN_SECONDS`` all the same.
        """
        self.server_state.ending = True
        listening = select.poll()
        for server in self.servers:
            for each in server.sockets:
                listening.register(each.fileno(), select.POLLIN)
        now = asyncio.get_running_loop().time
        until, quiet = now() + DRAIN_SECONDS, 0
        while quiet < _QUIET_TURNS and now() < until:
            await asyncio.sleep(0)
            quiet = 0 if listening.poll(0) else quiet + 1
        await super().shutdown(sockets)  # type: ignore[misc] # the server has it


class DrainingProtocol(asyncio.Protocol):
    """A connection of a client; to be derived from in front of a protocol of the server.

    ``ending`` says that the server ends, and that this connection is a proxy's, was accepted since,
    or is about to be asked by: somebody has just asked, or will.
    """

    cycle: Any
    loop: asyncio.AbstractEventLoop
    server_state: Any
    ending = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a client; what they ask of a server that ends is the last."""
        super().connection_made(transport)
        if getattr(self.server_state, "ending", False):  # only a DrainingServer says so
            self._drain()

    def is_of_proxy(self) -> bool:
        """Whether the client is a proxy, which uses a connection for many others."""
        return False

    def is_about_to_ask(self) -> bool:
        """Whether the client has connected and not asked yet, or is at it."""
        return False

    def on_headers_complete(self) -> None:
        """The head of a request has arrived."""
        super().on_headers_complete()  # type: ignore[misc] # the server has it
        if self.ending:
            self._answer_as_last()

    def shutdown(self) -> None:
        """The server ends: finish what is under way, and what a proxy has sent meanwhile."""
        if self.is_of_proxy() or self.is_about_to_ask():
            self._drain()
        elif not self.ending:
            super().shutdown()  # type: ignore[misc] # the server has it

    def _drain(self) -> None:
        """End after the next answer, or when none was asked for."""
        if not self.ending:
            self.ending = True
            self._answer_as_last()
            end = super().shutdown  # type: ignore[misc] # the server has it
            self.loop.call_later(DRAIN_SECONDS, end)

    def _answer_as_last(self) -> None:
        """Have the answer under way say that the connection ends with it, if it has not begun."""
        if self.cycle is not None and not self.cycle.response_started:
            self.cycle.keep_alive = False
