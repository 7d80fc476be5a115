"""The days and the clock of a scope's zone, as parameters of dimensions' SQL.

PostgreSQL has a time zone database of its own; what is passed here comes from Python's.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from common.reports.model import Scope
from common.reports.window import Window

_MINUTE: Final = timedelta(minutes=1)


def parameters(scope: Scope) -> Mapping[str, Any]:
    """The days of the scope's stretches, and how the clock is set meanwhile.

    ``days`` begin at ``day_starts``; local time is UTC plus ``offsets`` from ``offset_starts`` on.
    """
    zone = scope.zone
    changes = [each for stretch in scope.stretches for each in _changes(stretch, zone)]
    return {
        "days": [day for stretch in scope.stretches for day in stretch.dates(zone)],
        "day_starts": [each for stretch in scope.stretches for each in stretch.boundaries(zone)],
        "offsets": [_offset(change, zone) for change in changes],
        "offset_starts": changes,
    }


def _changes(stretch: Window, zone: ZoneInfo) -> list[datetime]:
    """Its start, and the instants at which the offset changes, to the minute; at most one a day."""
    starts = stretch.boundaries(zone)
    found = [starts[0]]
    for start, past in zip(starts, (*starts[1:], stretch.end), strict=True):
        if _offset(start, zone) != _offset(past, zone):
            found.append(_change(start, past, zone))
    return found


def _change(start: datetime, past: datetime, zone: ZoneInfo) -> datetime:
    """The first minute after ``start`` with the offset of ``past``, by bisection."""
    before = _offset(start, zone)
    low, high = 0, (past - start) // _MINUTE
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(start + middle * _MINUTE, zone) == before:
            low = middle
        else:
            high = middle
    return start + high * _MINUTE


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None  # noqa: S101 - an aware instant has one
    return offset
