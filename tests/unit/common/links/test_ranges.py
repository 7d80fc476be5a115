"""Ranges that readers choose: one spelling each, whole days that are over, and only what is
allowed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.links.ranges import ChosenRange, Range, choosable, parse_range, range_of_path
from common.reports.window import EARLIEST, MOST_DAYS, Dates, Period, window_of

BERLIN, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")
ZONES = st.sampled_from([BERLIN, APIA, ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")])
NAMED = [each for each in Range if each is not Range.CUSTOM]
HOURS = st.integers(0, 24 * 365 * 98)
MOMENTS = HOURS.map(lambda hours: datetime(2001, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
DAYS = st.dates(EARLIEST, date(2098, 1, 1))


def days_of(name: str, now: datetime, zone: ZoneInfo = BERLIN) -> tuple[date, date] | None:
    chosen = parse_range(name)
    assert chosen is not None
    window = chosen.window(tuple(Range), zone, now=now)
    if window is None:
        return None
    dates = window.dates(zone)
    return dates[0], dates[-1]


@given(st.text(max_size=30) | st.from_regex(r"\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d", fullmatch=True))
def test_a_text_is_a_range_in_its_one_spelling_or_none(text: str) -> None:
    found = parse_range(text)
    assert found is None or found.name == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "custom",
            "31d",
            "7D",
            "7d/",
            "Month",
            "2026-02-30..2026-03-01",
            "2026-3-1..2026-3-2",
        ),
        *("2026-03-02..2026-03-01", "2026-01-01..2027-01-02", "1999-12-31..2000-01-01"),
        *("2026-03-01..", "2026-03-01...2026-03-02", "٢٠٢٦-٠٣-٠١..2026-03-02", "2026-03-01"),
    ],
)
def test_what_spells_no_range(text: str) -> None:
    assert parse_range(text) is None


@given(MOMENTS, ZONES, st.dates(), st.dates())
def test_any_two_days_of_a_path_are_shown_or_said_to_be_none_as_it_has_them(
    now: datetime, zone: ZoneInfo, first: date, last: date
) -> None:
    text = f"{first}..{last}"
    chosen = range_of_path(text)
    assert chosen is not None
    assert (chosen.kind, chosen.name) == (Range.CUSTOM, text)
    assert chosen.days == (str(first), str(last))
    at_once = 0 <= (last - first).days < MOST_DAYS
    earliest, latest = choosable(zone, now=now)
    window = chosen.window(tuple(Range), zone, now=now)
    assert window is None or (at_once and earliest <= first <= last <= latest)


@pytest.mark.parametrize("text", ["", "custom", "31d", "2026-3-1..2026-3-2", "2026-03-01", "1..2"])
def test_what_is_no_two_days_names_nothing_in_a_path(text: str) -> None:
    assert range_of_path(text) is None


def test_days_end_with_yesterday_at_the_shop() -> None:
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # the first of April in Berlin
    assert choosable(BERLIN, now=late) == (date(2000, 1, 1), date(2026, 3, 31))
    assert choosable(ZoneInfo("UTC"), now=late) == (date(2000, 1, 1), date(2026, 3, 30))


@pytest.mark.parametrize(
    ("now", "this", "last"),
    [
        ("2026-03-15", ("2026-03-01", "2026-03-14"), ("2026-02-01", "2026-02-28")),
        ("2026-03-02", ("2026-03-01", "2026-03-01"), ("2026-02-01", "2026-02-28")),
        ("2026-03-01", ("2026-02-01", "2026-02-28"), ("2026-02-01", "2026-02-28")),
        ("2028-03-01", ("2028-02-01", "2028-02-29"), ("2028-02-01", "2028-02-29")),
        ("2026-01-10", ("2026-01-01", "2026-01-09"), ("2025-12-01", "2025-12-31")),
    ],
)
def test_months(now: str, this: tuple[str, str], last: tuple[str, str]) -> None:
    noon = datetime.fromisoformat(f"{now}T12:00+00:00")
    for name, (first, past) in (("month", this), ("last-month", last)):
        assert days_of(name, noon) == (date.fromisoformat(first), date.fromisoformat(past))


def test_the_days_are_the_shops() -> None:
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # the first of April in Berlin
    assert days_of("month", late) == (date(2026, 3, 1), date(2026, 3, 31))
    assert days_of("2026-03-31..2026-03-31", late) == (date(2026, 3, 31),) * 2
    assert days_of("2026-03-31..2026-03-31", late - timedelta(hours=1)) is None
    assert days_of("2011-12-30..2011-12-30", late, APIA) is None  # a day that Samoa left out


@given(MOMENTS, ZONES, DAYS, st.integers(0, MOST_DAYS - 1))
def test_any_range_is_of_days_that_are_over_and_of_none_that_is_not_allowed(
    now: datetime, zone: ZoneInfo, first: date, more: int
) -> None:
    today = now.astimezone(zone).date()
    custom = ChosenRange(Range.CUSTOM, Dates(first, first + timedelta(days=more)))
    for chosen in (*map(ChosenRange, NAMED), custom):
        window = chosen.window(tuple(Range), zone, now=now)
        over = chosen.dates is None or chosen.dates.last < today
        left_out = zone is APIA and chosen.dates == Dates(date(2011, 12, 30), date(2011, 12, 30))
        assert (window is not None) == (over and not left_out)
        if window is not None:
            assert window.is_whole_days(zone)
            assert window.dates(zone)[-1] < today
        others = tuple(each for each in Range if each is not chosen.kind)
        assert chosen.window(others, zone, now=now) is None
        assert chosen.window((), zone, now=now) is None


@pytest.mark.parametrize("period", list(Period))
def test_a_period_is_that_of_links(period: Period) -> None:
    now = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    chosen = ChosenRange(Range(period.value))
    assert chosen.window(tuple(Range), BERLIN, now=now) == window_of(period, BERLIN, now=now)
