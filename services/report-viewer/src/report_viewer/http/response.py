"""Responses: status, headers and body; security headers and cache control.

``no-cache`` lets a browser keep a report and makes it ask before each use, so that a revoked link
shows nothing. No cache in between may keep it at all.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from starlette.types import Send

from common.http.security_headers import DATA_POLICY, security_headers

Headers = tuple[tuple[bytes, bytes], ...]


class Coding(StrEnum):
    """How a body is compressed."""

    IDENTITY = "identity"
    GZIP = "gzip"
    ZSTD = "zstd"


PAGE_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    b"require-trusted-types-for 'script'"
)
PRIVATE: Final = (b"cache-control", b"private, no-cache")
NEVER_STORED: Final = (b"cache-control", b"no-store")
FOREVER: Final = (b"cache-control", b"public, max-age=31536000, immutable")


@dataclass(frozen=True, slots=True)
class SecurityHeaders:
    """The headers every answer carries; over https also the one that keeps it so."""

    https: bool

    @property
    def headers(self) -> Headers:
        """The headers without a content policy."""
        return security_headers(https=self.https)

    def page(self) -> Headers:
        """The headers of an HTML page."""
        return security_headers(https=self.https, policy=PAGE_POLICY)

    def data(self) -> Headers:
        """The headers of what is no page."""
        return security_headers(https=self.https, policy=DATA_POLICY)


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer. ``headers`` lack the content length, which is the body's."""

    status: HTTPStatus
    headers: Headers
    body: bytes = field(repr=False)

    def not_modified(self) -> "Response":
        """The same response to a client that has the body already."""
        kept = tuple(each for each in self.headers if not each[0].startswith(b"content-"))
        policy = tuple(each for each in self.headers if each[0] == b"content-security-policy")
        return Response(HTTPStatus.NOT_MODIFIED, (*policy, *kept), b"")

    def sent_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as they are sent, the content length with them."""
        if self.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            return list(self.headers)
        return [*self.headers, (b"content-length", str(len(self.body)).encode("ascii"))]

    async def send(self, send: Send, *, head: bool) -> None:
        """Send it; to HEAD without the body."""
        start: MutableMapping[str, Any] = {
            "type": "http.response.start",
            "status": int(self.status),
            "headers": self.sent_headers(),
        }
        await send(start)
        await send({"type": "http.response.body", "body": b"" if head else self.body})
