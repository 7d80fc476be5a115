"""The languages a page is written in, and the one a reader gets.

A small set: every one of them is a copy of a page in memory, and a page in the gateway's. What is
chosen is this module's, and nowhere else does a page depend on ``Accept-Language``.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from babel import Locale

from report_viewer.negotiation import READ_LENGTH, preferences

TAGS: Final = ("en", "de", "es", "fr", "he", "it", "ja")
"""What there is, the default in front."""

LOCALES: Final[Mapping[str, Locale]] = MappingProxyType({tag: Locale.parse(tag) for tag in TAGS})
ENGLISH: Final = LOCALES[TAGS[0]]
_FORMER_NAMES: Final = {"iw": "he"}
_ANSWERS_REMEMBERED: Final = 512


def choose(header: str) -> Locale:
    """The locale for a reader who sends ``header`` as ``Accept-Language``: RFC 4647, lookup.

    Ranges are tried by their quality, and in their order on a tie; each is cut from its end until
    it fits (``de-CH-1996``, ``de-CH``, ``de``). A quality of 0 rules nothing in, and ``*`` is
    whatever we like: the default.
    """
    return _choose(header[:READ_LENGTH])


@lru_cache(_ANSWERS_REMEMBERED)
def _choose(header: str) -> Locale:
    ranges = sorted(preferences(header), key=lambda each: -each[1])
    for name, quality in ranges:
        language = name.replace("_", "-").partition("-")[0]
        found = LOCALES.get(_FORMER_NAMES.get(language, language))
        if found is not None and quality > 0:
            return found
    return ENGLISH
