"""Periods and windows: whole days of a tenant's time zone, half open.

A day begins at its first instant on the wall clock of the zone, so days of 23 and 25 hours are
whole days, and a window is fixed by two UTC instants that never move afterwards.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

WEEK: Final = 7
YEAR_DAYS: Final = 52 * WEEK
"""By how many days last year is shifted: it has the same weekdays."""

MOST_DAYS: Final = 366
"""The longest window that may be asked for: a leap year."""
EARLIEST: Final = date(2000, 1, 1)
"""The first day that may be asked for."""


class Period(StrEnum):
    """The periods an admin may choose."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"

    @property
    def days(self) -> int:
        """How many complete days the period covers."""
        return int(self.value.removesuffix("d"))


@dataclass(frozen=True, slots=True)
class Dates:
    """Calendar days that an admin may choose in place of a period, both ends included.

    Raises:
        ValueError: the first is after the last, they are too many, or too long ago.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("the first day is after the last")
        if (self.last - self.first).days >= MOST_DAYS:
            raise ValueError(f"more than {MOST_DAYS} days")
        if self.first < EARLIEST:
            raise ValueError(f"the first day is before {EARLIEST}")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The instants ``start`` ≤ t < ``end``, both UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window's instants need an offset")
        if self.start >= self.end:
            raise ValueError("a window ends after it starts")

    def dates(self, zone: ZoneInfo) -> tuple[date, ...]:
        """The calendar days of the window in ``zone``, in order."""
        return _dates(self, zone)

    def boundaries(self, zone: ZoneInfo) -> tuple[datetime, ...]:
        """The first instant of each day of the window, in UTC and in order."""
        return tuple(start_of_day(day, zone) for day in self.dates(zone))

    def is_whole_days(self, zone: ZoneInfo) -> bool:
        """Whether the window begins and ends with a day of ``zone``."""
        return all(
            start_of_day(edge.astimezone(zone).date(), zone) == edge
            for edge in (self.start, self.end)
        )

    def previous(self, zone: ZoneInfo) -> "Window":
        """The window that figures are compared with: of as many days, of the same weekdays.

        It lies as few whole weeks earlier as clear this one: 7 days are compared with those 7 days
        earlier, 30 with those 35 days earlier, 90 with those 91 days earlier.
        """
        return self._earlier(shift_of(len(self.dates(zone))), zone)

    def last_year(self, zone: ZoneInfo) -> "Window":
        """The same weekdays a year ago: as many days, 52 weeks earlier.

        Where those do not clear this window, for it is as long, they are those of ``previous``.
        """
        return self._earlier(max(YEAR_DAYS, shift_of(len(self.dates(zone)))), zone)

    def lead(self, days: int, zone: ZoneInfo) -> "Window":
        """So many whole days right before this window's first."""
        first = self.dates(zone)[0]
        return Window(start_of_day(first - timedelta(days=days), zone), start_of_day(first, zone))

    def _earlier(self, shift: int, zone: ZoneInfo) -> "Window":
        """As many days, so many days earlier."""
        return _shifted(self, shift, zone)


# A report asks for the same few windows and their days some sixty times.
@lru_cache(128)
def _dates(window: Window, zone: ZoneInfo) -> tuple[date, ...]:
    first = window.start.astimezone(zone).date()
    past = window.end.astimezone(zone).date()
    return tuple(first + timedelta(days=n) for n in range((past - first).days))


@lru_cache(128)
def _shifted(window: Window, shift: int, zone: ZoneInfo) -> Window:
    days = window.dates(zone)
    first = days[0] - timedelta(days=shift)
    past = first + timedelta(days=len(days))
    return Window(start_of_day(first, zone), start_of_day(past, zone))


def shift_of(days: int) -> int:
    """How many days a window of ``days`` is shifted back to be compared: the fewest whole weeks."""
    return -(-days // WEEK) * WEEK


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of ``day`` in ``zone``, in UTC.

    Where the clock skips midnight, the day begins at the skip.
    """
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def window_of(chosen: Period | Dates, zone: ZoneInfo, *, now: datetime) -> Window:
    """The days that were chosen, in ``zone``; those of a period end before today there.

    Raises:
        ValueError: a single day that the zone's calendar left out.
    """
    if isinstance(chosen, Period):
        past = now.astimezone(zone).date()
        first = past - timedelta(days=chosen.days)
    else:
        first, past = chosen.first, chosen.last + timedelta(days=1)
    return Window(start_of_day(first, zone), start_of_day(past, zone))
