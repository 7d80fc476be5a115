"""Language negotiation: the locale of a request, by its ``Accept-Language``."""

from functools import lru_cache
from typing import Final

from babel import Locale
from babel.core import get_global

from common.http.accept import READ_LENGTH, preferences
from common.i18n.locales import ENGLISH, FORMER_NAMES, LOCALES

_CHOICES_CACHED: Final = 512
_BY_RANGE: Final = {tag.lower(): locale for tag, locale in LOCALES.items()}
_BY_SCRIPT: Final = frozenset(each.language for each in LOCALES.values() if each.script)
"""Languages whose readers are told apart by their script."""
_REGION, _SCRIPT = 2, 4
"""Letters of a subtag, by what it names."""


def choose_locale(header: str) -> Locale:
    """The locale of a request that has ``header`` as ``Accept-Language``: RFC 4647, lookup.

    Ranges are tried by their quality, and in their order on a tie; each is cut from its end until
    it fits (``de-CH-1996``, ``de-CH``, ``de``). A quality of 0 chooses nothing, and ``*`` is
    the default. Where scripts are told apart, a region stands for its script (``zh-TW`` is no
    ``zh-Hans``), and a language alone for that of its most wanted region, which browsers put
    before it.
    """
    return _choose_locale(header[:READ_LENGTH])


@lru_cache(_CHOICES_CACHED)
def _choose_locale(header: str) -> Locale:
    ranges = sorted(preferences(header), key=lambda each: -each[1])
    wanted: dict[str, str] = {}
    for name, quality in ranges:
        tag = _with_script(name.replace("_", "-"))
        first = wanted.setdefault(tag.partition("-")[0], tag)
        found = _lookup(first if name in wanted else tag)
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


def _with_script(tag: str) -> str:
    """A range in lower case with the script that its readers expect, where that matters."""
    language, *others = tag.split("-")
    if language not in _BY_SCRIPT:
        return tag
    script = next((each for each in others if len(each) == _SCRIPT and each.isalpha()), None)
    if script is None:
        likely = get_global("likely_subtags")
        regions = (f"{language}_{each.upper()}" for each in others if len(each) == _REGION)
        expected = next((likely[each] for each in regions if each in likely), likely[language])
        script = expected.split("_")[1].lower()
    return "-".join((language, script, *(each for each in others if each != script)))
