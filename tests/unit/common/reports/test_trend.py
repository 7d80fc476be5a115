"""A trend is by whole weeks, says how sure it is, and sees none where nothing changes."""

import statistics
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.reports.catalog.sales_velocity.trend import Trend, trend

WEEK = st.lists(st.integers(0, 10**6), min_size=7, max_size=7)


@given(WEEK, st.integers(3, 14), st.integers(0, 6))
def test_weeks_that_are_alike_have_no_trend(week: list[int], weeks: int, start: int) -> None:
    days = (week * (weeks + 1))[start : start + 7 * weeks + start]
    assert trend(days) == Trend(0, 0, clear=False)


@given(st.integers(-100, 100), st.integers(700, 10**6), st.integers(21, 98))
def test_the_trend_of_a_straight_line_is_its_slope(slope: int, start: int, days: int) -> None:
    line = [start * 100 + slope * day for day in range(days)]
    assert trend(line) == Trend(slope * 7 * 100, 0, clear=slope != 0)


@pytest.mark.parametrize("days", [0, 1, 7, 14, 20])
def test_fewer_than_three_whole_weeks_have_no_trend(days: int) -> None:
    assert trend(range(days)) is None


@given(st.lists(WEEK, min_size=3, max_size=13))
def test_it_is_the_line_that_the_standard_library_fits(weeks: list[list[int]]) -> None:
    found = trend(list(chain.from_iterable(weeks)))
    assert found is not None
    sums = [sum(week) for week in weeks]
    slope, middle = statistics.linear_regression(range(len(sums)), sums)
    assert found.slope == pytest.approx(slope / 7 * 100, abs=1, rel=1e-6)
    rest = sum((y - middle - slope * x) ** 2 for x, y in enumerate(sums))
    spread = sum((x - (len(sums) - 1) / 2) ** 2 for x in range(len(sums)))
    t = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306}
    t |= {9: 2.262, 10: 2.228, 11: 2.201}
    free = len(sums) - 2
    margin = t[free] * (rest / free / spread) ** 0.5
    assert found.uncertainty == pytest.approx(margin / 7 * 100, abs=1, rel=1e-6)
    assert not found.clear or abs(found.slope) >= found.uncertainty - 1


@given(st.lists(WEEK, min_size=3, max_size=13), st.integers(1, 1000))
def test_the_days_before_the_first_whole_week_do_not_count(
    weeks: list[list[int]], extra: int
) -> None:
    days = list(chain.from_iterable(weeks))
    assert trend([extra] * 6 + days) == trend(days)
