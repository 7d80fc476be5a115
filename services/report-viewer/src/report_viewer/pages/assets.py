"""Static assets, with URLs that name their content: cached for ever, and never stale.

They are read once, when the application is made. A page refers to them with their digest, so that a
browser refuses a file that was tampered with on the way.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Final

from report_pages import page_files
from report_pages.sections.registry import KINDS, SectionKinds
from report_viewer.http.cache_control import FOREVER
from report_viewer.http.compression import Coding, compress
from report_viewer.http.negotiation import choose_coding
from report_viewer.http.response import Headers, Response
from report_viewer.http.security_headers import SecurityHeaders

PREFIX: Final = "/static/"
_OWN: Final = ("beacon.js",)
"""Files of the viewer alone: what tells it that somebody sees a link's page."""
_TYPES: Final = {
    "css": b"text/css; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "svg": b"image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file; ``integrity`` is what a page says to the browser about it."""

    url: str
    integrity: str
    content_type: bytes
    bodies: dict[Coding, bytes]


class Assets:
    """The static files by the name that templates use."""

    def __init__(self, security: SecurityHeaders, kinds: SectionKinds = KINDS) -> None:
        self._security = security
        self._by_name = {
            path.rpartition("/")[2]: _asset(path, kinds) for path in (*page_files.FILES, *_OWN)
        }
        self._by_url = {asset.url: asset for asset in self._by_name.values()}

    def __getitem__(self, name: str) -> Asset:
        return self._by_name[name]

    def respond(self, url: str, *, accept_encoding: str) -> Response | None:
        """The file at ``url``; None when there is none."""
        asset = self._by_url.get(url)
        if asset is None:
            return None
        coding = choose_coding(accept_encoding, tuple(asset.bodies))
        headers: Headers = (
            (b"content-type", asset.content_type),
            FOREVER,
            (b"vary", b"Accept-Encoding"),
            *self._security.data(),
        )
        if coding is not Coding.IDENTITY:
            headers += ((b"content-encoding", coding.value.encode("ascii")),)
        return Response(HTTPStatus.OK, headers, asset.bodies[coding])


@cache
def _asset(path: str, kinds: SectionKinds) -> Asset:
    """The asset of these files, which are read and compressed once a process."""
    body = _own(path) if path in _OWN else page_files.body(path, kinds)
    name, _, suffix = path.rpartition(".")
    digest = hashlib.sha384(body).digest()
    return Asset(
        url=f"{PREFIX}{name}.{digest.hex()[:12]}.{suffix}",
        integrity=f"sha384-{base64.b64encode(digest).decode('ascii')}",
        content_type=_TYPES[suffix],
        bodies={
            coding: compress(body, coding) for coding in (Coding.ZSTD, Coding.GZIP, Coding.IDENTITY)
        },
    )


def _own(name: str) -> bytes:
    return files("report_viewer").joinpath("pages/static", name).read_bytes()
