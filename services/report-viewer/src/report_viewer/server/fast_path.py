"""Fast path: an HTTP protocol of uvicorn that writes fresh cached responses to the connection.

A request that the response cache answers needs no task, no scope and no messages; those are most of
what a request costs. The parser, the time-outs and the shutdown are the server's own, and every
request that is anything but a plain GET of a fresh entry takes the server's own way, to the same
bytes.

Nor is a timer set and cancelled for each answer: a connection has one, and looks when it is due
whether anything was asked meanwhile.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from common.infra.http_limits import BoundedProtocol, ConnectionLimits
from report_viewer.app import Viewer
from report_viewer.endpoints.reports import CACHE_ASKED

_WRITTEN_AT_ONCE = 64 * 1024
"""Longer bodies are written by themselves, and not copied behind their headers first."""


class FastPathProtocol(BoundedProtocol, HttpToolsProtocol):
    """A connection of a client."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        viewer = self.app if isinstance(self.app, Viewer) else None
        self._cached_response = viewer.reports.cached_response if viewer is not None else None
        self.bounds = viewer.bounds if viewer is not None else ConnectionLimits()
        self._answered = self._cache_asked = False
        self._idle: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        if self._idle is not None:
            self._idle.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin a request; the scope is made when it turns out to be needed."""
        self.begun = self.whole = False
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._answered = self._cache_asked = False

    def on_headers_complete(self) -> None:
        """Answer at once, or begin to answer the server's way."""
        self.check_head()
        if self._respond_from_cache():
            self._answered = True
            self.server_state.total_requests += 1
            self.answered_at = self.loop.time()
            if self._idle is None:
                self._look_in(self.timeout_keep_alive)
            return
        url, headers, expect = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.scope["state"][CACHE_ASKED] = self._cache_asked
        self.url, self.expect_100_continue = url, expect
        self.headers.extend(headers)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the request's body."""
        if not self._answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        if self._answered:
            self.begun = self.whole = True
        else:
            super().on_message_complete()

    def _look_in(self, seconds: float) -> None:
        self._idle = self.loop.call_later(seconds, self._look_whether_idle)

    def _look_whether_idle(self) -> None:
        """End the connection if nothing was asked for as long as that may be; else look again."""
        self._idle = None
        if self.transport.is_closing():
            return
        since, now = self.idle_since(), self.loop.time()
        left = self.timeout_keep_alive - (0 if since is None else now - since)
        if left > 0:
            self._look_in(left)
        else:
            self.timeout_keep_alive_handler()

    def _respond_from_cache(self) -> bool:
        """Write the cached response if there is one, in turn, on a connection that stays open."""
        if (
            self._cached_response is None
            or self.parser.get_method() != b"GET"
            or not (self.cycle is None or self.cycle.response_complete)
            or self.flow.write_paused
            or self.ending
            or self.transport.is_closing()
            or not self.parser.should_keep_alive()
            or self.parser.get_http_version() != "1.1"
        ):
            return False
        wire = self._cached_response(self.url.partition(b"?")[0], self.headers)
        if wire is None:
            self._cache_asked = True
            return False
        parts = [wire.head]
        for name, value in self.server_state.default_headers:
            parts += (name, b": ", value, b"\r\n")
        parts.append(wire.tail)
        if wire.length <= _WRITTEN_AT_ONCE:
            parts += wire.parts
            self.transport.write(b"".join(parts))
        else:
            self.transport.write(b"".join(parts))
            for part in wire.parts:
                self.transport.write(part)
        return True
