from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.reports.comparison import Comparison
from common.reports.model import Scope
from common.reports.window import (
    MOST_DAYS,
    Dates,
    Period,
    Window,
    day_of,
    shift_of,
    start_of_day,
    window_of,
)

ZONES = [ZoneInfo(name) for name in sorted(available_timezones()) if "/" in name]
modern = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(modern, st.sampled_from(ZONES), st.sampled_from(list(Period)))
def test_a_window_is_its_days_and_ends_today(now: datetime, zone: ZoneInfo, period: Period) -> None:
    window = window_of(period, zone, now=now)
    today = now.astimezone(zone).date()
    assert window.end <= now
    assert window.dates(zone) == tuple(today - timedelta(days=n) for n in range(period.days, 0, -1))
    starts = (*window.boundaries(zone), window.end)
    assert starts[0] == window.start
    assert all(a < b for a, b in pairwise(starts))


@given(modern, st.sampled_from(ZONES), st.sampled_from(list(Period)))
def test_the_previous_window_has_the_same_weekdays_and_clears_the_window(
    now: datetime, zone: ZoneInfo, period: Period
) -> None:
    window = window_of(period, zone, now=now)
    days, before = window.dates(zone), window.previous(zone).dates(zone)
    shift = days[0] - before[0]
    assert shift == timedelta(days=shift_of(period.days))
    assert tuple(day + shift for day in before) == days, "day by day"
    assert [day.weekday() for day in before] == [day.weekday() for day in days]
    assert before[-1] < days[0]
    assert days[0] - (before[-1] + timedelta(days=1)) < timedelta(weeks=1), "no week too far"


@given(modern, st.sampled_from(ZONES), st.sampled_from(list(Period)))
def test_last_years_window_has_the_same_weekdays_52_weeks_earlier(
    now: datetime, zone: ZoneInfo, period: Period
) -> None:
    window = window_of(period, zone, now=now)
    days, before = window.dates(zone), window.last_year(zone).dates(zone)
    assert [day - timedelta(days=364) for day in days] == list(before)
    assert window.last_year(zone).is_whole_days(zone)


@given(st.dates(date(2010, 1, 1), date(2035, 1, 1)), st.sampled_from(ZONES), st.integers(1, 366))
def test_whatever_a_window_is_compared_with_clears_it_and_has_its_weekdays(
    first: date, zone: ZoneInfo, count: int
) -> None:
    window = Window(start_of_day(first, zone), start_of_day(first + timedelta(days=count), zone))
    days = window.dates(zone)
    scopes = [
        Scope(1, "A", "EUR", zone, window, window.end, 1, comparison=each) for each in Comparison
    ]
    for scope in scopes:
        before = scope.previous.dates(zone)
        assert len(before) == len(days)
        assert before[-1] < days[0]
        assert [day.weekday() for day in before] == [day.weekday() for day in days]
        read = [day for stretch in scope.stretches for day in stretch.dates(zone)]
        assert read == sorted(set(read))
        assert {*before, *days, *window.lead(6, zone).dates(zone)} <= set(read)
    then = scopes[-1].previous.dates(zone)[0]
    assert (days[0] - then).days == (364 if count <= 364 else 371)


@given(modern, st.timedeltas(timedelta(seconds=1), timedelta(days=400)), st.sampled_from(ZONES))
def test_the_days_of_a_window_are_those_that_hold_its_instants(
    start: datetime, length: timedelta, zone: ZoneInfo
) -> None:
    window = Window(start, start + length)
    days = window.dates(zone)
    starts = window.boundaries(zone)
    last = window.end - timedelta(microseconds=1)
    assert (days[0], days[-1]) == (day_of(start, zone), day_of(last, zone))
    assert all(b - a == timedelta(days=1) for a, b in pairwise(days))
    for instant in (start, start + length / 3, last, *(s for s in starts if s >= start)):
        day = days[bisect_right(starts, instant) - 1]
        assert start_of_day(day, zone) <= instant < start_of_day(day + timedelta(days=1), zone)


@given(modern, st.timedeltas(timedelta(seconds=1), timedelta(days=400)), st.sampled_from(ZONES))
def test_parts_of_days_are_compared_with_parts_of_days(
    start: datetime, length: timedelta, zone: ZoneInfo
) -> None:
    window = Window(start, start + length)
    days = window.dates(zone)
    for comparison in Comparison:
        compared = comparison.of(window, zone)
        before = compared.dates(zone)
        assert len(before) == len(days)
        assert before[-1] < days[0]
        assert [day.weekday() for day in before] == [day.weekday() for day in days]
        assert abs((compared.end - compared.start) - length) <= timedelta(hours=3), "clocks alone"


def test_a_week_of_new_york_is_parts_of_eight_days_in_tokyo() -> None:
    zones = new_york, tokyo = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")
    week = Dates(date(2026, 11, 23), date(2026, 11, 29))
    window = window_of(week, new_york, now=datetime(2026, 11, 30, 12, tzinfo=UTC))
    assert [len(window.dates(zone)) for zone in zones] == [7, 8]
    assert window.dates(tokyo)[-1] == date(2026, 11, 30)
    compared = window.previous(tokyo)
    assert compared == Window(*(each - timedelta(days=14) for each in (window.start, window.end)))


@given(
    st.dates(date(2010, 1, 1), date(2035, 1, 1)), st.integers(1, 366), *[st.sampled_from(ZONES)] * 2
)
def test_the_nearest_days_are_as_many_whole_ones_of_another_zone(
    first: date, count: int, issued: ZoneInfo, zone: ZoneInfo
) -> None:
    chosen = Dates(first, first + timedelta(days=count - 1))
    window = window_of(chosen, issued, now=datetime(2040, 1, 1, tzinfo=UTC))
    nearest = window.nearest(zone)
    assert window.nearest(issued) == chosen
    assert abs(nearest.count - count) <= 1, "their clocks change by themselves"
    assert set(window.dates(zone)) >= {nearest.first, nearest.last}


@pytest.mark.parametrize(("days", "shift"), [(1, 7), (7, 7), (8, 14), (30, 35), (90, 91)])
def test_a_window_is_shifted_by_the_fewest_whole_weeks_that_clear_it(days: int, shift: int) -> None:
    assert shift_of(days) == shift


@given(st.dates(date(2000, 1, 1), date(2035, 1, 1)), st.integers(1, MOST_DAYS))
def test_days_of_the_calendar_are_those_days_whatever_the_time(first: date, count: int) -> None:
    zone, now = ZoneInfo("Europe/Berlin"), datetime(2040, 1, 1, tzinfo=UTC)
    dates = Dates(first, first + timedelta(days=count - 1))
    window = window_of(dates, zone, now=now)
    days = window.dates(zone)
    assert (days[0], days[-1], len(days)) == (dates.first, dates.last, count)
    assert window.is_whole_days(zone)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 2, 2), date(2026, 2, 1)),
        (date(2024, 1, 1), date(2025, 1, 1)),
        (date(1999, 12, 31), date(2000, 1, 1)),
    ],
)
def test_days_out_of_order_too_many_or_too_long_ago_are_none(first: date, last: date) -> None:
    with pytest.raises(ValueError, match="day"):
        Dates(first, last)


def test_a_period_is_the_days_of_the_calendar_that_it_ends_with() -> None:
    zone, now = ZoneInfo("Asia/Tokyo"), datetime(2026, 4, 25, 22, tzinfo=UTC)
    week = Dates(date(2026, 4, 19), date(2026, 4, 25))
    assert window_of(week, zone, now=now) == window_of(Period.WEEK, zone, now=now)


def test_days_of_23_and_25_hours_are_whole_days() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, hours in ((spring, 23), (autumn, 25)):
        length = start_of_day(day + timedelta(days=1), berlin) - start_of_day(day, berlin)
        assert length == timedelta(hours=hours)


def test_a_day_without_midnight_begins_when_the_clock_skips() -> None:
    sao_paulo = ZoneInfo("America/Sao_Paulo")
    assert start_of_day(date(2018, 11, 4), sao_paulo) == datetime(2018, 11, 4, 3, tzinfo=UTC)


def test_the_brief() -> None:
    """Thirty days mean thirty days: the table of the brief, not the dates beside it."""
    window = window_of(Period.MONTH, ZoneInfo("UTC"), now=datetime(2026, 4, 25, 9, tzinfo=UTC))
    assert window == Window(datetime(2026, 3, 26, tzinfo=UTC), datetime(2026, 4, 25, tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
        (datetime(2026, 1, 1), datetime(2026, 1, 2)),  # noqa: DTZ001
    ],
)
def test_an_impossible_window_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError):
        Window(start, end)
