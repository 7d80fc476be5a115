"""Static assets, with URLs that name their content: cached for ever, and never stale.

They are read once, when the application is made. A page refers to them with their digest, so that a
browser refuses a file that was tampered with on the way.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Final

from common import design
from report_viewer.http.cache_control import FOREVER
from report_viewer.http.compression import Coding, compress
from report_viewer.http.negotiation import choose_coding
from report_viewer.http.response import Headers, Response
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.pages.sections.registry import KINDS, SCRIPT, STYLE, SectionKinds

PREFIX: Final = "/static/"
_BEFORE_KINDS: Final = (
    "fixed_point",
    "number_format",
    "elements",
    "url_fragment",
    "palette",
    "drawing",
    "data_points",
    "axes",
    "annotations",
)
_AFTER_KINDS: Final = (
    "tooltip",
    "legend",
    "range_selection",
    "keyboard",
    "chart_state",
    "chart",
    "charts",
    "table_sort",
    "table_search",
    "compared",
    "csv_rows",
    "chart_days",
    "product_measures",
    "product_lists",
    "product_table",
    "product_explorer",
    "tables",
    "theme_picker",
    "measure_tiles",
    "menus",
    "relative_time",
    "start",
)


def _scripts(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"report/{name}.js" for name in names)


_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "icon.svg": ("icon.svg",),
    "report.css": (
        *design.SHEETS,
        "report.css",
        "tables.css",
        "controls.css",
        "gaps.css",
        STYLE,
        "print.css",
    ),
    "theme.js": ("theme.js",),
    "report.js": (*_scripts(_BEFORE_KINDS), SCRIPT, *_scripts(_AFTER_KINDS)),
    "beacon.js": ("beacon.js",),
    "vendor/chart.umd.min.js": ("vendor/chart.umd.min.js",),
}
"""What is served, and the files that it is made of, one after the other.

``STYLE`` and ``SCRIPT`` stand for that file of every kind of section that has it; the sheets of
``common.design`` are those of all services.

The page's script is small files that share one namespace, each after those it uses. Modules would
ask for each other by addresses without digests, unless an import map told them, which is an inline
script and so refused by the content policy; and a single file is a single request.
"""
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
        self._by_name = {path.rpartition("/")[2]: _asset(path, kinds) for path in _FILES}
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
    body = b"\n".join(source for each in _FILES[path] for source in _sources(each, kinds))
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


def _sources(name: str, kinds: SectionKinds) -> Iterator[bytes]:
    if name in {STYLE, SCRIPT}:
        yield from filter(None, (kind.read(name) for kind in kinds.by_tag.values()))
    elif name in design.SHARED:
        yield design.sheet(name)
    else:
        yield files("report_viewer").joinpath("pages/static", name).read_bytes()
