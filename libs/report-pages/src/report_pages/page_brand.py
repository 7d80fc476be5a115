"""Page brand: what a page shows of its tenant: name, logo, accent and footer line."""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from common.design.accent import accent_of, is_colour
from common.links.brand import Brand, Logo, data_url

_REMEMBERED: Final = 256
_SHARP: Final = 2
"""Pixels of a logo to one of the page."""


@dataclass(frozen=True, slots=True)
class PageLogo:
    """A logo as a page shows it: ``url`` is all of it; its size in the page's pixels."""

    url: str
    width: int
    height: int
    ground: str


@dataclass(frozen=True, slots=True)
class PageBrand:
    """A brand as pages show it; what is empty is not shown.

    ``style`` is what the page's ``style`` element has, and ``source`` what its content policy says
    of that. ``whole`` is whether its logo was there. ``origin`` is where its links point to.
    """

    name: str = ""
    footer: str = ""
    style: str = ""
    source: bytes = b""
    logo: PageLogo | None = None
    whole: bool = True
    origin: str = ""


UNBRANDED: Final = PageBrand()


def page_brand(brand: Brand, logo: bytes | None, *, name: str = "") -> PageBrand:
    """How pages show a brand with these bytes of its logo; ``name`` is shown where it has none."""
    style = _style(brand.accent) if is_colour(brand.accent) else ""
    return PageBrand(
        name=brand.name or name,
        footer=brand.footer,
        style=Markup(style),  # noqa: S704 - of colours that were checked
        source=_source(style) if style else b"",
        logo=None if brand.logo is None or logo is None else _logo(brand.logo, logo),
        whole=brand.logo is None or logo is not None,
        origin=brand.base_url,
    )


def _logo(logo: Logo, png: bytes) -> PageLogo:
    width, height = max(1, logo.width // _SHARP), max(1, logo.height // _SHARP)
    return PageLogo(data_url(png), width, height, logo.ground.value)


@lru_cache(_REMEMBERED)
def _style(accent: str) -> str:
    return accent_of(accent).style


@lru_cache(_REMEMBERED)
def _source(style: str) -> bytes:
    """An inline style as a content policy names it, so that no other one is let in."""
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest())
    return b"'sha256-%b'" % digest
