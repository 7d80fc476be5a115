"""Signing secrets: which texts are refused as one."""

import re
from itertools import pairwise
from typing import Final

_SECRET: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


def check_secret(secret: str) -> None:
    """Refuse a secret that is not 32 bytes in hex, or one byte repeated.

    Raises:
        ValueError: not 64 hex digits, or its bytes repeat.
    """
    if not _SECRET.fullmatch(secret):
        raise ValueError("must be 64 hex digits (32 random bytes)")
    if len(set(bytes.fromhex(secret))) == 1:
        raise ValueError("is one byte repeated, not a random secret")


def check_drawn_secret(secret: str) -> None:
    """Refuse a secret that a service must not start with: one that was not drawn at random.

    The key ring itself takes the counting bytes of the specification's worked example.

    Raises:
        ValueError: see ``check_secret``, or its bytes count.
    """
    check_secret(secret)
    if len({(b - a) % 256 for a, b in pairwise(bytes.fromhex(secret))}) == 1:
        raise ValueError("is bytes that count, not a random secret")
