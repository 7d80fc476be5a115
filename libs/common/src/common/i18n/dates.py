"""Date formatting: days, spans of days and instants as a locale writes them.

A page has hundreds of days, and the pages of a tenant have the same ones: they are cached.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_interval, format_skeleton, format_time, match_skeleton

from common.reports.document.schema import Days

_WRITTEN_AS: Final[Mapping[str, str]] = MappingProxyType({"en": "en_GB"})
"""English as most of its readers write dates: 14 Apr 2026, 18:30. The others as they are."""
_REMEMBERED: Final = 8_192


@cache
def weekend(zone: str) -> frozenset[int]:
    """The days off where ``zone`` is kept, Monday as 0: Friday and Saturday in Asia/Jerusalem.

    Saturday and Sunday for a zone of no country.
    """
    territory = get_global("zone_territories").get(zone, "001")
    try:
        found = Locale.parse(f"und_{territory}")
    except (UnknownLocaleError, ValueError):
        return frozenset({5, 6})
    length = (found.weekend_end - found.weekend_start) % 7 + 1
    return frozenset((found.weekend_start + day) % 7 for day in range(length))


class DateFormatter:
    """The dates of one locale."""

    def __init__(self, locale: Locale) -> None:
        self._locale = Locale.parse(_WRITTEN_AS.get(str(locale), str(locale)))
        # A field of the instance, not of the class: each locale has its own.
        self._skeleton = lru_cache(_REMEMBERED)(self._format)

    def day(self, value: date) -> str:
        """A calendar day: ``1 Apr 2026``."""
        return self._skeleton("yMMMd", value)

    def short_day(self, value: date) -> str:
        """A calendar day where the year is plain: ``1 Apr``."""
        return self._skeleton("MMMd", value)

    def weekday(self, value: date) -> str:
        """A calendar day with its weekday: ``Wed, 1 Apr 2026``."""
        return self._skeleton("yMMMEd", value)

    def weekday_parts(self) -> dict[str, Any]:
        """What it takes to write ``weekday`` elsewhere, to the same letter.

        The pattern has its fields in braces, as CLDR names them; weekdays begin with Monday.
        """
        skeletons = self._locale.datetime_skeletons
        name = "yMMMEd" if "yMMMEd" in skeletons else match_skeleton("yMMMEd", skeletons)
        names = self._locale.days["format"]["abbreviated"]
        months = self._locale.months["format"]["abbreviated"]
        return {
            "pattern": re.sub(r"%\((\w+)\)s", r"{\1}", skeletons[name].format),
            "weekdays": [str(names[number]) for number in range(7)],
            "months": [str(months[number]) for number in range(1, 13)],
        }

    def short_weekday(self, value: date) -> str:
        """A calendar day with its weekday, where the year is plain: ``Wed, 1 Apr``."""
        return self._skeleton("MMMEd", value)

    def full_day(self, value: date) -> str:
        """A calendar day in words, as in a sentence: ``Wednesday, 1 April 2026``."""
        return format_date(value, "full", locale=self._locale)

    def weekdays(self) -> tuple[str, ...]:
        """The names of the weekdays, from Monday on."""
        names = self._locale.days["stand-alone"]["wide"]
        return tuple(str(names[number]) for number in range(7))

    def short_weekdays(self) -> tuple[str, ...]:
        """The names of the weekdays where there is little room, from Monday on: ``Mon``."""
        names = self._locale.days["stand-alone"]["abbreviated"]
        return tuple(str(names[number]) for number in range(7))

    def span(self, days: Days) -> str:
        """First to last day, saying a common month or year once: ``1–30 Apr 2026``."""
        if days.first == days.last:
            return self.day(days.last)
        return format_interval(days.first, days.last, "yMMMd", locale=self._locale)

    def span_beside(self, days: Days, other: Days) -> str:
        """As ``span``, without the year where ``other`` says it: ``2–31 Mar``."""
        years = {days.first.year, days.last.year, other.first.year, other.last.year}
        return self.short_span(days) if len(years) == 1 else self.span(days)

    def short_span(self, days: Days) -> str:
        """First to last day where the year is plain: ``1–7 Apr``."""
        if days.first == days.last:
            return self.short_day(days.last)
        return format_interval(days.first, days.last, "MMMd", locale=self._locale)

    def instant(self, value: datetime, zone: ZoneInfo) -> str:
        """An instant on the wall clock of ``zone``: ``1 May 2026, 06:00 CEST``."""
        local = value.astimezone(zone)
        time = format_time(local.time(), "short", locale=self._locale)
        return f"{self.day(local.date())}, {time} {local.tzname()}"

    def _format(self, skeleton: str, value: date) -> str:
        return format_skeleton(skeleton, value, locale=self._locale)
