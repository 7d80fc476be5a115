"""Static files of the console, at addresses that name their content: cached for ever, never stale.

They hold nothing of any shop. A page names the digest of each beside its address.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from common import design
from report_pages import page_files

PREFIX: Final = "/admin/static/"
_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    design.ICON: (design.ICON,),
    design.THEME: (design.THEME,),
    "console.css": (*design.SHEETS, "console.css", "tables.css", "reports.css"),
    "console.js": ("console.js",),
    "import.js": ("import.js",),
    "passkeys.js": ("passkeys.js",),
}
"""What is served of the console's own, and the files that it is made of, one after the other."""
_OF_REPORTS: Final = {
    name.rpartition("/")[2]: name for name in page_files.FILES if name not in _FILES
}
"""What the previews of reports need, and its name there."""

_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file; ``integrity`` is what a page says to the browser about it."""

    url: str
    integrity: str
    media_type: str
    body: bytes


@cache
def asset(name: str) -> Asset:
    """The static file of that name, of the console or of reports.

    Raises:
        KeyError: there is none.
    """
    body = _body(name)
    digest = hashlib.sha384(body).digest()
    stem, _, suffix = name.rpartition(".")
    return Asset(
        url=f"{PREFIX}{stem}.{digest.hex()[:12]}.{suffix}",
        integrity=f"sha384-{base64.b64encode(digest).decode('ascii')}",
        media_type=_TYPES[suffix],
        body=body,
    )


def asset_at(url: str) -> Asset | None:
    """The static file at that address; None where there is none."""
    return next((each for each in map(asset, (*_FILES, *_OF_REPORTS)) if each.url == url), None)


def _body(name: str) -> bytes:
    if name in _FILES:
        return b"\n".join(map(_source, _FILES[name]))
    return page_files.body(_OF_REPORTS[name])


def _source(name: str) -> bytes:
    if name in design.SHARED:
        return design.sheet(name)
    return files("share_api.console").joinpath("static", name).read_bytes()
