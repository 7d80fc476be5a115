"""Language negotiation: the locale of a request, by its ``Accept-Language``."""

from functools import lru_cache
from typing import Final

from babel import Locale

from common.http.accept import READ_LENGTH, preferences
from common.i18n.locales import ENGLISH, FORMER_NAMES, LOCALES

_CHOICES_CACHED: Final = 512
_BY_RANGE: Final = {tag.lower(): locale for tag, locale in LOCALES.items()}


def choose_locale(header: str) -> Locale:
    """The locale of a request that has ``header`` as ``Accept-Language``: RFC 4647, lookup.

    Ranges are tried by their quality, and in their order on a tie; each is cut from its end until
    it fits (``de-CH-1996``, ``de-CH``, ``de``). A quality of 0 chooses nothing, and ``*`` is
    the default.
    """
    return _choose_locale(header[:READ_LENGTH])


@lru_cache(_CHOICES_CACHED)
def _choose_locale(header: str) -> Locale:
    ranges = sorted(preferences(header), key=lambda each: -each[1])
    for name, quality in ranges:
        found = _lookup(name.replace("_", "-"))
        if found is not None and quality > 0:
            return found
    return ENGLISH


def _lookup(tag: str) -> Locale | None:
    """The locale of a range in lower case, cut from its end until there is one."""
    while tag:
        found = _BY_RANGE.get(FORMER_NAMES.get(tag, tag))
        if found is not None:
            return found
        tag = tag.rpartition("-")[0]
    return None
