"""The clock of a zone, as SQL is told of it."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from common.reports.comparison import Comparison
from common.reports.model import Scope
from common.reports.sales import calendar
from common.reports.window import Period, window_of


@pytest.mark.parametrize("comparison", Comparison)
@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca"])
def test_hours_are_cut_where_python_says(zone: str, comparison: Comparison) -> None:
    """Half hours, days with two hours of one name, and a zone that changes around Ramadan."""
    local = ZoneInfo(zone)
    now = datetime.fromisoformat("2026-04-20T09:00Z")
    window = window_of(Period.QUARTER, local, now=now)
    scope = Scope(1, "A", "EUR", local, window, now, 1, comparison=comparison)
    known = calendar.parameters(scope)
    for read in (scope.previous, scope.window):
        instant = read.start
        while instant < read.end:
            at = bisect_right(known["offset_starts"], instant) - 1
            clock = instant.astimezone(local).replace(tzinfo=UTC)
            assert instant.astimezone(UTC) + known["offsets"][at] == clock
            day = known["days"][bisect_right(known["day_starts"], instant) - 1]
            assert day == clock.date()
            instant += timedelta(minutes=15)
