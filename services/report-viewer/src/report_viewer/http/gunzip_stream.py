"""Gunzip stream: a long gzip body for a client that takes no gzip, in pieces of bounded size."""

import asyncio
import zlib
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any, Final

from starlette.types import Send

from common.reports_cache.report_fields import UnreadableReportError
from report_viewer.http.etag import etag_matches
from report_viewer.http.response import Response, WireResponse

_NO_BODY: Final[MutableMapping[str, Any]] = {"type": "http.response.body", "body": b""}
_GZIP: Final = 31
"""The window bits that make zlib read gzip."""

_READ_BYTES: Final = 32 * 1024
PIECE_BYTES: Final = 256 * 1024
"""The most of an unpacked body that is in memory at a time."""


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
        if if_none_match and etag_matches(if_none_match.decode("latin-1"), self._etag):
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
