"""The demo's calendar: seasons, weekdays, campaigns, hours and growth."""

from collections import Counter
from datetime import date, timedelta

import pytest

from analytics.demo.demand import (
    CAMPAIGNS,
    campaign_on,
    expected_orders,
    hours_of,
    in_clearance,
    order_count,
)
from analytics.demo.seeded_random import chance
from analytics.demo.shops import KOMOREBI, NORDLICHT


def days_of(year):
    return [date(year, 1, 1) + timedelta(days=offset) for offset in range(365)]


@pytest.mark.parametrize(
    ("shop", "low", "high"), [(NORDLICHT, 55_000, 68_000), (KOMOREBI, 1_800, 2_400)]
)
def test_two_years_are_as_large_as_they_should_be(shop, low, high):
    assert low <= sum(order_count(shop, day) for day in days_of(2025) + days_of(2026)) <= high


def test_december_sells_more_than_july_and_sunday_more_than_friday():
    orders: Counter[int] = Counter()
    weekdays: Counter[int] = Counter()
    for day in days_of(2025):
        orders[day.month] += order_count(NORDLICHT, day)
        weekdays[day.weekday()] += order_count(NORDLICHT, day)
    assert orders[11] > 1.4 * orders[7]
    assert weekdays[6] > 1.1 * weekdays[4]


def test_the_shop_grows_slowly():
    years = [sum(order_count(NORDLICHT, day) for day in days_of(year)) for year in (2024, 2025)]
    assert 1.01 < years[1] / years[0] < 1.10


def test_campaigns_do_not_overlap_and_black_week_stands_out():
    for day in days_of(2025):
        assert sum(campaign.runs_on(day) for campaign in CAMPAIGNS) <= 1
    black_week = campaign_on(date(2025, 11, 28))
    assert black_week is not None
    assert black_week.code == "BLACKWEEK25"
    assert campaign_on(date(2025, 5, 5)) is None
    assert expected_orders(NORDLICHT, date(2025, 11, 24)) > 1.5 * expected_orders(
        NORDLICHT, date(2025, 11, 10)
    )
    assert in_clearance(date(2025, 7, 10))
    assert not in_clearance(date(2025, 6, 10))


def test_the_season_has_no_jumps():
    for day in days_of(2025):
        after = day + timedelta(days=7)  # the same weekday
        quiet = {campaign_on(day), campaign_on(after)} != {None} or day.month in {12, 1, 6, 7}
        if not quiet:
            change = expected_orders(NORDLICHT, after) / expected_orders(NORDLICHT, day)
            assert 0.85 < change < 1.18, day


def test_a_day_brings_at_least_an_order():
    assert min(order_count(KOMOREBI, day) for day in days_of(2025)) == 1


def test_evenings_are_busier_than_nights():
    random = chance("a test")
    hours = Counter(hours_of(date(2025, 5, 5)).at(random.random()) for _ in range(4_000))
    assert hours[20] > 10 * hours[3]
    assert set(hours) <= set(range(24))
