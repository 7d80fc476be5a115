"""The cookie that proves that a link's password was given, found in linear time."""

import re
from typing import Final

NAME: Final = "analytics_unlock"
_COOKIE: Final = re.compile(
    rb"(?:^|[;,] ?)%b=([0-9A-Za-z._-]{1,80})(?=$|[;,])" % NAME.encode("ascii")
)


def proof_of(header: bytes) -> str:
    """What a header ``Cookie`` has of it, the first; empty for nothing that could be one."""
    found = _COOKIE.search(header)
    return found[1].decode("ascii") if found is not None else ""
