"""Content negotiation: coding, language, and whether a problem is sent as a page or as JSON."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from babel import Locale

from report_viewer.http.compression import Coding
from report_viewer.i18n.locales import ENGLISH, FORMER_NAMES, LOCALES

_CHOICES_CACHED: Final = 512
_BY_RANGE: Final = {tag.lower(): locale for tag, locale in LOCALES.items()}
READ_LENGTH: Final = 512
"""A longer header is read up to here: more than any browser sends."""


def preferences(header: str) -> Iterator[tuple[str, float]]:
    """The members of an Accept header with their quality; what cannot be read counts as 0."""
    for member in header.lower().split(","):
        name, *parameters = (part.strip() for part in member.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                quality = _quality(parameter[2:])
        if name:
            yield name, quality


def _quality(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value <= 1 else 0.0


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


def wants_html(header: str) -> bool:
    """Whether the client names HTML, as browsers do, and likes it no less than JSON."""
    accepted = dict(preferences(header[:READ_LENGTH]))
    html = max(accepted.get("text/html", 0.0), accepted.get("application/xhtml+xml", 0.0))
    json = (accepted.get(name, 0.0) for name in ("application/json", "application/problem+json"))
    return html > 0 and html >= max(json)
