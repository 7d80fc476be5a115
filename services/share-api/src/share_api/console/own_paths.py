"""Own paths: where a page may lead back to, so that no address of another site gets in."""

import re
from typing import Final
from urllib.parse import quote

HOME: Final = "/admin"
LOGIN: Final = "/admin/login"
SHOPS: Final = "/admin/shops"
_OWN: Final = re.compile(r"/admin(/[A-Za-z0-9_/-]*)?(\?[A-Za-z0-9_.=&%+-]*)?", re.ASCII)
_LONGEST: Final = 1_000


def own_path(text: str) -> str:
    """``text`` if it is a path of the console; else its first page."""
    if len(text) > _LONGEST or not _OWN.fullmatch(text) or "//" in text.partition("?")[0]:
        return HOME
    return HOME if text.startswith((LOGIN, SHOPS)) else text


def login_path(back: str) -> str:
    """The address of the log-in that leads back to a page of ours."""
    return _leading_to(LOGIN, back)


def shops_path(back: str) -> str:
    """The address of the choice of a shop that leads back to a page of ours."""
    return _leading_to(SHOPS, back)


def _leading_to(page: str, back: str) -> str:
    path = own_path(back)
    return page if path == HOME else f"{page}?next={quote(path, safe='/')}"
