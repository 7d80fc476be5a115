"""Limits of HTTP connections: the time, bytes and places a client may take.

The server that both services run has no time-out for a request's head, takes heads of any length
and waits for ever for a client that does not read. ``BoundedProtocol`` goes in front of its
protocol and ends such connections. What arrives whole in one piece, as nearly every request does,
sets no timer.

Bodies are the application's: it knows how long they may be and take. Only one that still arrives
when the answer has been given is cut off here.
"""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from common.http.host import names_one_host
from common.http.problem import MEDIA_TYPE, UNAVAILABLE_RETRY_SECONDS, problem_json
from common.http.security_headers import Headers
from common.infra.connection_places import ConnectionPlaces, Refusal
from common.infra.draining import DrainingProtocol

_STATUS_OF: Final = {
    Refusal.ALL: HTTPStatus.SERVICE_UNAVAILABLE,
    Refusal.ADDRESS: HTTPStatus.TOO_MANY_REQUESTS,
}


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What clients may take.

    Attributes:
        connections: how many there may be at once; one more is told to come back.
        per_address: how many of them one address may have.
        exempt: proxies whose connections are not counted by their address, comma separated.
        head_seconds: how long the head of a request may take, and the rest of a body that no
            handler reads any more.
        head_bytes: how long it may be.
        stall_seconds: how long a client may leave an answer unread.
        headers: what an answer from here carries, beside its own.
        places: who has a connection.
    """

    connections: int = 10_000
    per_address: int = 2_000
    exempt: str = ""
    head_seconds: float = 10
    head_bytes: int = 64 * 1024
    stall_seconds: float = 30
    headers: Headers = ()
    places: ConnectionPlaces = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        places = ConnectionPlaces(self.connections, self.per_address, exempt=self.exempt)
        object.__setattr__(self, "places", places)


class HeadRefusedError(Exception):
    """The head that has just ended was refused: no more of the piece is parsed."""


class BoundedProtocol(DrainingProtocol):
    """A connection of a client; to be derived from in front of a protocol of the server.

    ``begun`` and ``whole`` say whether the head of a request has arrived, and all of it;
    ``answered_at`` is when, by the loop's clock, an answer was given last that set no timer.
    """

    bounds: ConnectionLimits
    client: tuple[str, int] | None
    flow: Any
    headers: list[tuple[bytes, bytes]]
    parser: Any
    url: bytes
    timeout_keep_alive: int
    timeout_keep_alive_task: asyncio.TimerHandle | None
    transport: asyncio.Transport
    begun = True
    whole = True
    answered_at: float | None = None
    _head_bytes = 0
    _piece_bytes = 0
    _arriving: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a client, or tell them that there is no room."""
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        refusal = self.bounds.places.take(self, address, now=self.loop.time)
        if refusal is not None:
            self.refuse(_STATUS_OF[refusal], refusal.value)
        else:
            self._hurry()

    def is_of_proxy(self) -> bool:
        """Whether the client is a trusted proxy."""
        return self.bounds.places.is_exempt(self.client[0] if self.client else "")

    def is_about_to_ask(self) -> bool:
        """Whether a head is waited for, as on a new connection, or has begun to arrive."""
        return self._arriving is not None

    def idle_since(self) -> float | None:
        """Since when nothing is asked, by the loop's clock; None when something is under way."""
        if not self.whole or self.flow.write_paused or self.transport.is_closing():
            return None
        if self.cycle is not None and not self.cycle.response_complete:
            return None
        if self.timeout_keep_alive_task is not None:
            return self.timeout_keep_alive_task.when() - self.timeout_keep_alive
        arriving = self._arriving
        return self.answered_at if arriving is None else arriving.when() - self.bounds.head_seconds

    def give_up(self) -> None:
        """Make room for somebody else, as nothing is asked here."""
        self._end()

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        self._piece_bytes = len(data)
        super().data_received(data)
        if self.whole:
            if self._arriving is not None:
                self._settle()
        elif not self.begun:
            self._await_head()
        elif self.cycle is not None and self.cycle.response_complete:
            self._hurry()
        else:
            self._settle()

    def _await_head(self) -> None:
        if self._arriving is None:
            self._head_bytes = 0
            self._hurry()
        self._head_bytes += self._piece_bytes
        if self._head_bytes > self.bounds.head_bytes:
            self._refuse_head()

    def check_head(self) -> None:
        """Refuse the head that has just ended if it is too long, or does not name one host.

        Raises:
            HeadRefusedError: it was refused.
        """
        if self._head_bytes + self._piece_bytes > self.bounds.head_bytes:
            self._measure_head()
        if not names_one_host(self.headers, version=self.parser.get_http_version()):
            self.refuse(HTTPStatus.BAD_REQUEST, "The request does not name one host.")
            raise HeadRefusedError

    def _measure_head(self) -> None:
        limit = self.bounds.head_bytes
        line = len(self.parser.get_method()) + len(self.url) + len("  HTTP/1.1\r\n")
        fields = sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers)
        if line + fields + len("\r\n") > limit:
            self._refuse_head()
            raise HeadRefusedError

    def _refuse_head(self) -> None:
        self.refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            f"The request's head is longer than {self.bounds.head_bytes} bytes.",
        )

    def on_message_begin(self) -> None:
        """A request begins."""
        self.begun = self.whole = False
        super().on_message_begin()  # type: ignore[misc] # the server has it

    def on_headers_complete(self) -> None:
        """Its head has arrived."""
        self.check_head()
        self.begun = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it has arrived."""
        self.whole = True
        super().on_message_complete()  # type: ignore[misc] # the server has it

    def pause_writing(self) -> None:
        """The client reads more slowly than it is sent to."""
        super().pause_writing()
        self._await_reading()

    def resume_writing(self) -> None:
        """The client has read."""
        if self._stalled is not None and not self.transport.is_closing():
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        self.bounds.places.leave(self)
        self._settle()
        if self._stalled is not None:
            self._stalled.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self.refuse(HTTPStatus.BAD_REQUEST, msg)

    def refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer in problem details and end the connection; amid another answer only the latter."""
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self._end()
            return
        body = problem_json(status, detail=detail)
        headers: Headers = (
            (b"content-type", MEDIA_TYPE.encode("ascii")),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            *(
                (((b"retry-after", b"%d" % UNAVAILABLE_RETRY_SECONDS),))
                if status in _STATUS_OF.values()
                else ()
            ),
            *self.bounds.headers,
        )
        lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode("ascii")]
        lines += [b"%b: %b" % each for each in headers]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self._end()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing was asked for a while."""
        if not self.transport.is_closing():
            self._end()

    def _end(self) -> None:
        """Close, also on a client that does not read what was sent before."""
        self.transport.close()
        self._await_reading()

    def _await_reading(self) -> None:
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.bounds.stall_seconds, self.transport.abort)

    def _hurry(self) -> None:
        if self._arriving is None:
            self._arriving = self.loop.call_later(self.bounds.head_seconds, self._too_slow)

    def _settle(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None

    def _too_slow(self) -> None:
        self._arriving = None
        if self.whole or self.begun:  # nothing was asked, or it was answered
            self._end()
        else:
            self.refuse(HTTPStatus.REQUEST_TIMEOUT, "The request did not arrive in time.")
