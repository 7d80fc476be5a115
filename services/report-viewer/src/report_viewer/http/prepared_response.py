"""Prepared responses: serialized once and sent many times, whole or as 304.

A response is kept as the bytes of an HTTP/1.1 response without its ``Date``, so that sending it
again builds nothing.
"""

import asyncio
import zlib
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any, Final

from starlette.types import Send

from common.reports_cache.cache import UnreadableReportError
from report_viewer.http.negotiation import matches
from report_viewer.http.response import Response

_NO_BODY: Final[MutableMapping[str, Any]] = {"type": "http.response.body", "body": b""}
_STATUS_LINES: Final = {
    each: f"HTTP/1.1 {int(each)} {each.phrase}\r\n".encode() for each in HTTPStatus
}
_GZIP: Final = 31
"""The window bits that make zlib read gzip."""

_READ_BYTES: Final = 32 * 1024
PIECE_BYTES: Final = 256 * 1024
"""The most of an unpacked body that is in memory at a time."""


class WireResponse:
    """An answer as it goes out.

    Attributes:
        head: the status line, up to where ``Date`` stands.
        tail: the header lines after ``Date``, and the empty line.
    """

    __slots__ = ("_answer", "body", "head", "status", "tail")

    def __init__(self, answer: Response) -> None:
        self._answer = answer
        self.status = int(answer.status)
        self.body = answer.body
        self.head = _STATUS_LINES[answer.status]
        self.tail = b"".join(b"%b: %b\r\n" % each for each in answer.sent_headers()) + b"\r\n"

    async def send(self, send: Send, *, head: bool) -> None:
        """Send it by ASGI; to HEAD without the body."""
        await self._answer.send(send, head=head)


class PreparedResponse:
    """A finished answer, whole and as 304. ``size`` is the memory it takes, in bytes."""

    __slots__ = ("_tag", "_unchanged", "answer", "etag", "size", "whole")

    def __init__(self, answer: Response, etag: str) -> None:
        self.answer = answer
        self.etag = etag
        self._tag = etag.encode("ascii")
        self.whole = WireResponse(answer)
        self._unchanged: WireResponse | None = None
        self.size = len(answer.body) + 2 * len(self.whole.tail)

    @property
    def unchanged(self) -> WireResponse:
        """The response to a client that has it already."""
        if self._unchanged is None:
            self._unchanged = WireResponse(self.answer.not_modified())
        return self._unchanged

    def conditional(self, if_none_match: bytes) -> WireResponse:
        """What is sent to a client that names the entity tags ``if_none_match``; empty for none."""
        if not if_none_match:
            return self.whole
        if if_none_match == self._tag or matches(if_none_match.decode("latin-1"), self.etag):
            return self.unchanged
        return self.whole


class GunzipStream:
    """A long gzip body for a client that takes no gzip: unpacked in a thread, piece by piece.

    No more than a piece of it is in memory at a time. Its length stands at the end of the gzip
    data; what does not keep to it breaks the answer off.

    Args:
        answer: the answer with the packed body.

    Raises:
        UnreadableReportError: the body is not gzip.
    """

    def __init__(self, answer: Response, etag: str) -> None:
        self._packed = answer.body
        self._first = _Gunzip(self._packed).next()
        self._etag = etag
        self._unchanged = WireResponse(answer.not_modified())
        self._headers = answer.headers
        self._length = int.from_bytes(self._packed[-4:], "little")
        self.status = int(HTTPStatus.OK)

    def conditional(self, if_none_match: bytes) -> "WireResponse | GunzipStream":
        """What is sent to a client that names the entity tags ``if_none_match``; empty for none."""
        if if_none_match and matches(if_none_match.decode("latin-1"), self._etag):
            return self._unchanged
        return self

    async def send(self, send: Send, *, head: bool) -> None:
        """Send it; to HEAD without the body.

        Raises:
            UnreadableReportError: the body is damaged; what was sent is not whole.
        """
        length = (b"content-length", str(self._length).encode("ascii"))
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [*self._headers, length],
            }
        )
        if head:
            await send(_NO_BODY)
            return
        pieces = _Gunzip(self._packed)
        while piece := await asyncio.to_thread(pieces.next):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send(_NO_BODY)


class _Gunzip:
    """Unpacks gzip data by pieces of bounded size."""

    def __init__(self, packed: bytes) -> None:
        self._unpacker = zlib.decompressobj(_GZIP)
        self._rest = memoryview(packed)

    def next(self) -> bytes:
        """The next piece; empty at the end.

        Raises:
            UnreadableReportError: the data is damaged.
        """
        while not self._unpacker.eof:
            data: bytes | memoryview = self._unpacker.unconsumed_tail
            if not data:
                data, self._rest = self._rest[:_READ_BYTES], self._rest[_READ_BYTES:]
            if not data:
                raise UnreadableReportError("the data ends too early")
            try:
                piece = self._unpacker.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise UnreadableReportError(str(error)) from error
            if piece:
                return piece
        return b""
