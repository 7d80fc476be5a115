"""Locales: the languages of pages, and the regions that write days and numbers their own way.

``negotiation`` chooses among them. A small set: each of them is one more page in the response
cache and in the gateway's, so a region is one only where its readers would misread the others.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from babel import Locale

LANGUAGES: Final = ("en", "de", "es", "fr", "he", "it", "ja", "nl", "pl", "pt", "zh-Hans")
"""What there are words in, the default in front. English days are written as in Britain,
Portuguese numbers as in Brazil."""
REGIONS: Final = ("en-US", "de-CH")
"""4/14 is April in one English and no day in the other; a Swiss number has apostrophes."""
TAGS: Final = (*LANGUAGES, *REGIONS)
"""What there is, the default in front."""

LOCALES: Final[Mapping[str, Locale]] = MappingProxyType(
    {tag: Locale.parse(tag, sep="-") for tag in TAGS}
)
ENGLISH: Final = LOCALES[TAGS[0]]
FORMER_NAMES: Final = {"iw": "he"}
"""Languages by the names that older clients send."""


def tag_of(locale: Locale) -> str:
    """The tag of a locale, as ``Content-Language`` and ``lang`` have it: ``de-CH``."""
    return str(locale).replace("_", "-")
