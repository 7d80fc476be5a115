"""Embedding: the origins (RFC 6454) whose pages may frame a link's report."""

import re
from typing import Final

MOST_ORIGINS: Final = 10
"""How many a link may have: they stand in a header of each answer."""

_PORTS: Final = range(1, 65_536)
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN: Final = re.compile(
    rf"https://(?=[^:]{{1,253}}(?::|\Z)){_LABEL}(?:\.{_LABEL})*(?::[1-9][0-9]{{0,4}})?", re.ASCII
)


def is_origin(text: str) -> bool:
    """Whether it is one origin over https, as browsers spell it: no path, no wildcard."""
    if not _ORIGIN.fullmatch(text):
        return False
    _, _, port = text.removeprefix("https://").partition(":")
    return not port or (int(port) in _PORTS and port != "443")
