"""Ranges: the days that readers of a link may choose, as far as its admin allowed that.

A range is named in the path below the token, in one spelling: ``30d``, ``month``, or two days of
the calendar, ``2026-10-01..2026-10-31``. Its days are whole ones of the tenant's zone that are
over.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from common.reports.window import EARLIEST, Dates, Period, Window, window_of


class Range(StrEnum):
    """What an admin may allow."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    THIS_MONTH = "month"
    """The month of today so far; on its first day, of which nothing is over, the one before."""
    LAST_MONTH = "last-month"
    """The last month that is over."""
    CUSTOM = "custom"
    """Any days of the calendar, up to a year of them."""


_CUSTOM: Final = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", re.ASCII)
PERIODS: Final[Mapping[Range, Period]] = {Range(period.value): period for period in Period}
"""The ranges that are periods."""


@dataclass(frozen=True, slots=True)
class ChosenRange:
    """A range that a reader chose; ``dates`` are those of a custom one.

    Two days that no link ever shows have no dates: they are ``typed`` as their path has them.
    """

    kind: Range
    dates: Dates | None = None
    typed: tuple[str, str] = ("", "")

    @property
    def name(self) -> str:
        """Its spelling in a path."""
        return "..".join(self.days) if self.kind is Range.CUSTOM else self.kind.value

    @property
    def days(self) -> tuple[str, str]:
        """The first and the last of a custom one, as its path has them; else empty."""
        if self.dates is None:
            return self.typed
        return self.dates.first.isoformat(), self.dates.last.isoformat()

    def window(self, allowed: Collection[Range], zone: ZoneInfo, *, now: datetime) -> Window | None:
        """The days it names at that moment; None where they are not allowed, or not over."""
        if self.kind not in allowed or (self.kind is Range.CUSTOM and self.dates is None):
            return None
        today = now.astimezone(zone).date()
        days = self.dates or PERIODS.get(self.kind) or _month(self.kind, today)
        if isinstance(days, Dates) and days.last >= today:
            return None
        try:
            return window_of(days, zone, now=now)
        except ValueError:  # a day that the zone's calendar left out
            return None


def parse_range(text: str) -> ChosenRange | None:
    """The range that a path spells; None where it spells none."""
    found = _CUSTOM.fullmatch(text)
    if found is not None:
        try:
            first, last = (date.fromisoformat(each) for each in found.groups())
            return ChosenRange(Range.CUSTOM, Dates(first, last))
        except ValueError:
            return None
    if text == Range.CUSTOM or text not in set(Range):
        return None
    return ChosenRange(Range(text))


def range_of_path(text: str) -> ChosenRange | None:
    """The range that a path spells, or two days of no range; None for anything else.

    Turned round, too many, too long ago or in no calendar: who asks for such days has a link, and
    is to be told what can be chosen.
    """
    found = _CUSTOM.fullmatch(text)
    days = None if found is None else ChosenRange(Range.CUSTOM, typed=(found[1], found[2]))
    return parse_range(text) or days


def choosable(zone: ZoneInfo, *, now: datetime) -> tuple[date, date]:
    """The first and the last day of the calendar that can be chosen at that moment."""
    return EARLIEST, now.astimezone(zone).date() - timedelta(days=1)


def _month(kind: Range, today: date) -> Dates:
    """The days of a month by its name."""
    if kind is Range.THIS_MONTH and today.day > 1:
        return Dates(today.replace(day=1), today - timedelta(days=1))
    last = today.replace(day=1) - timedelta(days=1)
    return Dates(last.replace(day=1), last)
