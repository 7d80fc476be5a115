"""Headers of a request: joined, and those alone that a cached response depends on."""

from collections.abc import Iterable
from typing import Final

_READ: Final = frozenset({b"accept-encoding", b"accept-language", b"if-none-match", b"user-agent"})
_NEVER_CACHED: Final = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
"""Headers of requests that are no plain GET; the cache does not answer them.

Nor does it one that may ask for another resource than the path names: a page as JSON.
"""


def cacheable(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes] | None:
    """The headers that a hot answer depends on; None where they need more than a look."""
    asked: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _READ:
            if name in asked:
                return None
            asked[name] = value
        elif name in _NEVER_CACHED or (name == b"accept" and b"json" in value.lower()):
            return None
    return asked


def joined_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The request's headers, those sent more than once joined as they may be."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return {name: b", ".join(each) for name, each in values.items()}
