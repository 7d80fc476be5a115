"""The languages a page is written in, and the one a reader gets.

A small set: every one of them is a copy of a page in memory, and a page in the gateway's. What is
chosen is this module's, and nowhere else does a page depend on ``Accept-Language``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from babel import Locale

TAGS: Final = ("en", "de", "es", "fr", "he", "it", "ja")
"""What there is, the default in front."""

LOCALES: Final[Mapping[str, Locale]] = MappingProxyType({tag: Locale.parse(tag) for tag in TAGS})
ENGLISH: Final = LOCALES[TAGS[0]]
FORMER_NAMES: Final = {"iw": "he"}
"""Languages by the names that older clients send."""
