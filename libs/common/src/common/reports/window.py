"""Periods and windows: the last N complete days of a tenant's time zone, half open.

A day begins at its first instant on the wall clock of the zone, so days of 23 and 25 hours are
whole days, and a window is fixed by two UTC instants that never move afterwards.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Period(StrEnum):
    """The periods an admin may choose."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"

    @property
    def days(self) -> int:
        """How many complete days the period covers."""
        return int(self.value.removesuffix("d"))


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
        first = self.start.astimezone(zone).date()
        past = self.end.astimezone(zone).date()
        return tuple(first + timedelta(days=n) for n in range((past - first).days))

    def boundaries(self, zone: ZoneInfo) -> tuple[datetime, ...]:
        """The first instant of each day of the window, in UTC and in order."""
        return tuple(start_of_day(day, zone) for day in self.dates(zone))

    def previous(self, zone: ZoneInfo) -> "Window":
        """The window of as many days that ends where this one starts."""
        first = self.start.astimezone(zone).date()
        return Window(start_of_day(first - timedelta(days=len(self.dates(zone))), zone), self.start)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of ``day`` in ``zone``, in UTC.

    Where the clock skips midnight, the day begins at the skip.
    """
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def window_of(period: Period, zone: ZoneInfo, *, now: datetime) -> Window:
    """The last complete days of ``period`` in ``zone``: up to the start of today there."""
    today = now.astimezone(zone).date()
    return Window(
        start_of_day(today - timedelta(days=period.days), zone), start_of_day(today, zone)
    )
