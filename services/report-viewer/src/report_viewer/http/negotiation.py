"""Content negotiation: the coding of a response."""

from functools import lru_cache
from typing import Final

from common.http.accept import READ_LENGTH, preferences
from report_viewer.http.compression import Coding

_CHOICES_CACHED: Final = 512


def choose_coding(header: str, offered: tuple[Coding, ...]) -> Coding:
    """The offered coding the client likes best; on a tie the first. Identity is always offered."""
    return _choose_coding(header[:READ_LENGTH], offered)


@lru_cache(_CHOICES_CACHED)
def _choose_coding(header: str, offered: tuple[Coding, ...]) -> Coding:
    accepted = dict(preferences(header))
    best, best_quality = Coding.IDENTITY, 0.0
    for coding in offered:
        quality = accepted.get(coding.value, accepted.get("*", 0.0))
        if quality > best_quality:
            best, best_quality = coding, quality
    return best if best_quality >= accepted.get("identity", 0.0) else Coding.IDENTITY
