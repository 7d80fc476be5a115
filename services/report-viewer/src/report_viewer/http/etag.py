"""Entity tags (RFC 9110, section 8.8.3), and the If-None-Match header that names them."""

import hashlib
from typing import Final

from report_viewer.http.compression import Coding

READ_LENGTH: Final = 4096
"""A longer If-None-Match is read up to here."""


def strong_etag(data: bytes, coding: Coding) -> str:
    """The strong entity tag of a representation in one coding, taken from ``data``."""
    return f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}-{coding.value}"'


def etag_matches(if_none_match: str, etag: str) -> bool:
    """Whether an If-None-Match header names ``etag`` (weak comparison, as RFC 9110 has it).

    It is read up to ``READ_LENGTH``: one who names more gets the answer whole.
    """
    members = (each.strip().removeprefix("W/") for each in if_none_match[:READ_LENGTH].split(","))
    return any(each in {"*", etag} for each in members)
