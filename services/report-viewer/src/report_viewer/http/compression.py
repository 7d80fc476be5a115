"""Content codings: bodies compressed as a client accepts it; written once, read often."""

import gzip
from enum import StrEnum
from typing import Final

import zstandard


class Coding(StrEnum):
    """How a body is compressed."""

    IDENTITY = "identity"
    GZIP = "gzip"
    ZSTD = "zstd"


OFFERED: Final = (Coding.GZIP, Coding.ZSTD)
"""In our order of preference: zstd takes a sixteenth less for a page, gzip is shared by links."""

_GZIP_LEVEL: Final = 6
_ZSTD_LEVEL: Final = 9


def compress(body: bytes, coding: Coding) -> bytes:
    """``body`` in ``coding``; the same bytes each time."""
    match coding:
        case Coding.GZIP:
            return gzip.compress(body, _GZIP_LEVEL, mtime=0)
        case Coding.ZSTD:
            return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
        case Coding.IDENTITY:
            return body
