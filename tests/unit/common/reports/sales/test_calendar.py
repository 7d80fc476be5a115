"""The clock of a zone, as SQL is told of it."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from common.reports.model import Scope
from common.reports.sales import calendar
from common.reports.window import Period, window_of


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca"])
def test_hours_are_cut_where_python_says(zone: str) -> None:
    """Half hours, days with two hours of one name, and a zone that changes around Ramadan."""
    local = ZoneInfo(zone)
    now = datetime.fromisoformat("2026-04-20T09:00Z")
    scope = Scope(1, "A", "EUR", local, window_of(Period.QUARTER, local, now=now), now, 1)
    known = calendar.parameters(scope)
    instant = scope.previous.start
    while instant < scope.window.end:
        at = bisect_right(known["offset_starts"], instant) - 1
        assert instant.astimezone(UTC) + known["offsets"][at] == instant.astimezone(local).replace(
            tzinfo=UTC
        )
        instant += timedelta(minutes=15)
