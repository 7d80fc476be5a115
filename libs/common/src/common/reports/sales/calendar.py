"""The days and the clock of a scope's zone, as parameters of dimensions' SQL.

PostgreSQL has a time zone database of its own; what is passed here comes from Python's.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from common.reports.model import Scope

_MINUTE: Final = timedelta(minutes=1)


def parameters(scope: Scope) -> Mapping[str, Any]:
    """The days from the previous window on, and how the clock is set meanwhile.

    ``days`` begin at ``day_starts``; local time is UTC plus ``offsets`` from ``offset_starts`` on.
    """
    zone = scope.zone
    starts = list(scope.reach.boundaries(zone))
    changes = [starts[0], *_changes(starts, scope.window.end, zone)]
    return {
        "days": list(scope.reach.dates(zone)),
        "day_starts": starts,
        "offsets": [_offset(change, zone) for change in changes],
        "offset_starts": changes,
    }


def _changes(starts: Sequence[datetime], end: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants at which the offset changes, to the minute; at most one a day."""
    found = []
    for start, past in zip(starts, (*starts[1:], end), strict=True):
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
