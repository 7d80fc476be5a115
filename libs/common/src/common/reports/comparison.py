"""Comparisons: which days a window is compared with, always as many and of the same weekdays."""

from enum import StrEnum
from zoneinfo import ZoneInfo

from common.reports.window import Window


class Comparison(StrEnum):
    """What a report is compared with; the value is part of keys, jobs and paths."""

    PREVIOUS = "previous"
    """The same weekdays a few weeks earlier; see ``Window.previous``."""
    LAST_YEAR = "last-year"
    """The days a year ago; see ``Window.last_year``."""

    def of(self, window: Window, zone: ZoneInfo) -> Window:
        """The days that ``window`` is compared with."""
        match self:
            case Comparison.PREVIOUS:
                return window.previous(zone)
            case Comparison.LAST_YEAR:
                return window.last_year(zone)
