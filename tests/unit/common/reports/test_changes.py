"""How a change is told: percent of a base that can carry it, else no more than is known."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.reports.document.changes import Change, ChangeKind, change_from, change_of
from common.reports.document.metrics import NET, REFUND_RATE, RETURNS
from common.reports.money import change

AMOUNTS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("now", "before", "kind", "value"),
    [
        (8500, 8000, ChangeKind.PERCENT, 625),
        (100, 100, ChangeKind.PERCENT, 0),
        (110_00, 10_00, ChangeKind.PERCENT, 1000_00),
        (110_01, 10_00, ChangeKind.MULTIPLE, 11_00),
        (120_00, 10_00, ChangeKind.MULTIPLE, 12_00),
        (50_00, -1_00, ChangeKind.DIFFERENCE, 51_00),
        (50_00, 0, ChangeKind.DIFFERENCE, 50_00),
        (50_01, 50, ChangeKind.DIFFERENCE, 49_51),
        (-120_00, 10_00, ChangeKind.DIFFERENCE, -130_00),
        (10_000_001, 10_000_000, ChangeKind.DIFFERENCE, 1),
        (3, 1000_00, ChangeKind.DIFFERENCE, -999_97),
        (0, 1000_00, ChangeKind.PERCENT, -100_00),
    ],
)
def test_a_change_is_told_by_what_its_base_can_carry(
    now: int, before: int, kind: ChangeKind, value: int
) -> None:
    assert change_of(now, before) == Change(kind, value)


@given(AMOUNTS, AMOUNTS)
def test_no_percent_of_a_base_that_is_not_positive_or_is_tiny(now: int, before: int) -> None:
    told = change_of(now, before)
    if before <= 0 or abs(now) > 100 * before:
        assert change(now, before) is None
        assert told == Change(ChangeKind.DIFFERENCE, now - before)
    else:
        assert change(now, before) is not None
    assert (told.value == 0) == (now == before)
    assert told.kind is not ChangeKind.PERCENT or abs(told.value) <= 1000_00


@given(AMOUNTS, AMOUNTS, st.integers(1, 10**6))
def test_prices_times_k_change_by_the_same_percent(now: int, before: int, k: int) -> None:
    told, scaled = change_of(now, before), change_of(k * now, k * before)
    assert change(now, before) == change(k * now, k * before)
    if told.kind is ChangeKind.DIFFERENCE:
        assert scaled == Change(ChangeKind.DIFFERENCE, k * told.value)
    else:
        assert scaled == told


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_reduction_changes_by_its_size(now: int, before: int) -> None:
    assert RETURNS.compare(-now, -before) == NET.compare(now, before)
    assert RETURNS.change_of(-now, -before) == NET.change_of(now, before)


def test_a_percentage_changes_by_points() -> None:
    now, before = Fraction(200 * 100, 100), Fraction(100 * 100, 100)
    assert REFUND_RATE.compare(now, before) == 100
    assert REFUND_RATE.change_of(now, before) == Change(ChangeKind.POINTS, 100)
    assert REFUND_RATE.change().key == "refund_rate_change_points"


def test_changes_come_from_what_is_not_rounded() -> None:
    third, two_sevenths = Fraction(100, 3), Fraction(200, 7)
    assert NET.compare(third, two_sevenths) == 1667, "33 from 29 would be 13.79 %"


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_of_a_column_of_percents_the_same_is_told(now: int, before: int) -> None:
    whole, told = change_of(now, before), change_from(change(now, before), now, before)
    assert told.kind is whole.kind
    assert abs(told.value - whole.value) <= (whole.kind is ChangeKind.MULTIPLE)


def test_a_rounded_growth_beyond_a_thousand_percent_is_a_multiple() -> None:
    assert change_from(190_000, 22, 1) == Change(ChangeKind.MULTIPLE, 2_000)
    assert change_from(100_000, 11, 1) == Change(ChangeKind.PERCENT, 100_000)
    assert change_from(None, 5, 0) == Change(ChangeKind.DIFFERENCE, 5)
