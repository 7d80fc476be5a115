"""Prepared responses: serialized once and sent many times, whole or as 304.

A response is kept as the bytes of HTTP/1.1 without its ``Date``, so that sending it again builds
nothing.
"""

from report_viewer.http.etag import etag_matches
from report_viewer.http.response import Response, WireResponse
from report_viewer.http.shared_body import SharedBody


class PreparedResponse:
    """A finished answer, whole and as 304.

    Attributes:
        size: the memory that is its own, in bytes.
        common: what its body shares with others'; None for nothing.
    """

    __slots__ = ("_tag", "_unchanged", "answer", "common", "etag", "size", "whole")

    def __init__(self, answer: Response, etag: str) -> None:
        self.answer = answer
        self.etag = etag
        self._tag = etag.encode("ascii")
        self.whole = WireResponse(answer)
        self._unchanged: WireResponse | None = None
        body = answer.content
        shared = body if isinstance(body, SharedBody) else None
        self.common = None if shared is None else shared.common
        own = len(body) if shared is None else shared.own_size
        self.size = own + 2 * len(self.whole.tail)

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
        if if_none_match == self._tag or etag_matches(if_none_match.decode("latin-1"), self.etag):
            return self.unchanged
        return self.whole
