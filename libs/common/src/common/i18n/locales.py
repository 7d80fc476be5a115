"""Locales: the languages pages are written in; ``negotiation`` chooses among them.

A small set: each of them is one more page in the response cache and in the gateway's.
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
