"""Cookies: set, and read by their own grammar (RFC 6265) in time linear in the header.

The framework's parser unquotes every cookie, which takes quadratic time in Python before 3.11.10
and 3.12.6; ours are never quoted. Only the names wanted are looked at, and only a value of plain
cookie octets counts; of several the first, which browsers send for the longest path.
"""

import re
from collections.abc import Iterable
from typing import Final

from starlette.responses import Response

COOKIE_HEADER: Final = b"cookie"
_VALUE: Final = re.compile(rb"[A-Za-z0-9_.-]{1,512}")
_SPACE: Final = b" \t"

RawHeaders = Iterable[tuple[bytes, bytes]]


def read_cookies(headers: RawHeaders, names: Iterable[str]) -> dict[str, str]:
    """The values of the cookies of these names; ``headers`` have names in lower case."""
    wanted = {name.encode("ascii"): name for name in names}
    found: dict[str, str] = {}
    for header, line in headers:
        if header != COOKIE_HEADER:
            continue
        for pair in line.split(b";"):
            raw, _, value = pair.strip(_SPACE).partition(b"=")
            name = wanted.get(raw)
            if name is not None and name not in found and _VALUE.fullmatch(value):
                found[name] = value.decode("ascii")
    return found


def without_cookies(headers: RawHeaders) -> list[tuple[bytes, bytes]]:
    """All headers but the cookies."""
    return [each for each in headers if each[0] != COOKIE_HEADER]


def set_cookie(
    response: Response, name: str, value: str, *, max_age: int, path: str = "/", secure: bool
) -> None:
    """Set a cookie that no script reads and no other site sends; ``max_age`` in seconds."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=path,
        secure=secure,
        httponly=True,
        samesite="lax",
    )
