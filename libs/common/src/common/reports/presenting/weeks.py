"""Calendar weeks within a window: from Monday on, the first and the last perhaps cut short."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from common.reports.document.schema import Days

FEWEST_DAYS: Final = 15
"""A window of fewer days is not told by weeks: there would be two of them."""


def weeks(dates: Sequence[date]) -> tuple[slice, ...]:
    """Which of ``dates``, days in a row, make up each week; none for a short window."""
    if len(dates) < FEWEST_DAYS:
        return ()
    mondays = [n for n, day in enumerate(dates) if day.weekday() == 0]
    starts = sorted({0, *mondays})
    return tuple(map(slice, starts, (*starts[1:], len(dates))))


def days_of(dates: Sequence[date], parts: Sequence[slice]) -> tuple[Days, ...]:
    """The days that each of ``parts`` spans."""
    spans = (dates[part] for part in parts)
    return tuple(Days(first=days[0], last=days[-1], count=len(days)) for days in spans)
