"""Own paths: where a page may lead back to, so that no address of another site gets in."""

import re
from typing import Final
from urllib.parse import quote

HOME: Final = "/admin"
LOGIN: Final = "/admin/login"
SHOPS: Final = "/admin/shops"
_OWN: Final = re.compile(r"/admin(/[A-Za-z0-9_/-]*)?(\?[A-Za-z0-9_.~=&%+-]*)?", re.ASCII)
_LONGEST: Final = 2_000
"""A search of a hundred characters, each of four bytes, is 1,200 characters of an address."""


def is_own(text: str) -> bool:
    """Whether ``text`` is an address of the console, with the characters of ``urlencode``."""
    well_formed = len(text) <= _LONGEST and _OWN.fullmatch(text) is not None
    return well_formed and "//" not in text.partition("?")[0]


def own_path(text: str) -> str:
    """``text`` if it is a path of the console, and no way in; else its first page."""
    return text if is_own(text) and not text.startswith((LOGIN, SHOPS)) else HOME


def login_path(back: str) -> str:
    """The address of the log-in that leads back to a page of ours."""
    return _leading_to(LOGIN, back)


def shops_path(back: str) -> str:
    """The address of the choice of a shop that leads back to a page of ours."""
    return _leading_to(SHOPS, back)


def _leading_to(page: str, back: str) -> str:
    path = own_path(back)
    return page if path == HOME else f"{page}?next={quote(path, safe='/')}"
