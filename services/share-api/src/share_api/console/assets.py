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

PREFIX: Final = "/admin/static/"
_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    design.ICON: (design.ICON,),
    design.THEME: (design.THEME,),
    "console.css": (*design.SHEETS, "console.css", "tables.css"),
    "console.js": ("console.js",),
    "import.js": ("import.js",),
}
"""What is served, and the files that it is made of, one after the other."""

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
    """The static file of that name, one of ``_FILES``."""
    body = b"\n".join(map(_source, _FILES[name]))
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
    return next((each for each in map(asset, _FILES) if each.url == url), None)


def _source(name: str) -> bytes:
    if name in design.SHARED:
        return design.sheet(name)
    return files("share_api.console").joinpath("static", name).read_bytes()
