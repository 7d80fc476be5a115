"""Responses: status, headers and body, and the bytes of one as HTTP/1.1 sends it."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from report_viewer.http.shared_body import SharedBody

Headers = tuple[tuple[bytes, bytes], ...]

_STATUS_LINES: Final = {
    each: f"HTTP/1.1 {int(each)} {each.phrase}\r\n".encode() for each in HTTPStatus
}


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer. ``headers`` lack the content length, which is the body's."""

    status: HTTPStatus
    headers: Headers
    content: bytes | SharedBody = field(repr=False)

    @property
    def body(self) -> bytes:
        """Its content in one piece."""
        return bytes(self.content)

    def not_modified(self) -> "Response":
        """The same response to a client that has the body already."""
        kept = tuple(each for each in self.headers if not each[0].startswith(b"content-"))
        policy = tuple(each for each in self.headers if each[0] == b"content-security-policy")
        return Response(HTTPStatus.NOT_MODIFIED, (*policy, *kept), b"")

    def sent_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as they are sent, the content length with them."""
        if self.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            return list(self.headers)
        return [*self.headers, (b"content-length", str(len(self.content)).encode("ascii"))]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as an ASGI application."""
        del receive
        await self.send(send, head=scope["method"] == "HEAD")

    async def send(self, send: Send, *, head: bool) -> None:
        """Send it; to HEAD without the body."""
        start: MutableMapping[str, Any] = {
            "type": "http.response.start",
            "status": int(self.status),
            "headers": self.sent_headers(),
        }
        await send(start)
        await send({"type": "http.response.body", "body": b"" if head else self.body})


class WireResponse:
    """An answer as it goes out.

    Attributes:
        head: the status line, up to where ``Date`` stands.
        tail: the header lines after ``Date``, and the empty line.
        parts: the body, ``length`` bytes together.
    """

    __slots__ = ("_answer", "head", "length", "parts", "status", "tail")

    def __init__(self, answer: Response) -> None:
        self._answer = answer
        self.status = int(answer.status)
        content = answer.content
        self.parts = content.parts if isinstance(content, SharedBody) else (content,)
        self.length = len(content)
        self.head = _STATUS_LINES[answer.status]
        self.tail = b"".join(b"%b: %b\r\n" % each for each in answer.sent_headers()) + b"\r\n"

    async def send(self, send: Send, *, head: bool) -> None:
        """Send it by ASGI; to HEAD without the body."""
        await self._answer.send(send, head=head)
