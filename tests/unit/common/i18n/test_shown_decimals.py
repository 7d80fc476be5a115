"""What is told in brief was rounded once, and is never nothing or all where it is a part."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.i18n.shown_decimals import as_shown, change_as_shown, times_as_shown
from common.reports.document.changes import Change, ChangeKind, change_of
from common.reports.document.metrics import Unit
from common.reports.money import WHOLE

AMOUNTS = st.integers(1, 10**7)


def number(shown: tuple[int, int]) -> Fraction:
    value, decimals = shown
    return Fraction(value, 10**decimals)


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (99_97, Unit.PERCENT, (99_97, 2)),
        (99_95, Unit.PERCENT, (99_95, 2)),
        (99_94, Unit.PERCENT, (99_9, 1)),
        (100_00, Unit.PERCENT, (100, 0)),
        (4, Unit.PERCENT, (4, 2)),
        (0, Unit.PERCENT, (0, 1)),
        (12_35, Unit.PERCENT, (12_35, 2)),
        (112_50, Unit.PERCENT, (112_5, 1)),
        (112_49, Unit.PERCENT, (112, 0)),
        (1_234_50, Unit.MONEY, (1_234_50, 2)),
        (1_234_51, Unit.MONEY, (1_235, 0)),
        (999_50, Unit.MONEY, (999_50, 2)),
    ],
)
def test_what_lies_halfway_or_is_a_part_is_told_in_full(
    value: int, unit: Unit, told: tuple[int, int]
) -> None:
    assert as_shown(value, unit, 2) == told
    assert as_shown(-value, unit, 2) == (-told[0], told[1])


@given(st.integers(0, WHOLE))
def test_no_part_is_told_as_nothing_or_as_all(share: int) -> None:
    told = number(as_shown(share, Unit.PERCENT, 2))
    assert (told == 0) == (share == 0)
    assert (told == 100) == (share == WHOLE)


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        (11_234_96, 10_000_00, (12_3, 1)),  # 12.3496 %, in hundredths 12.35
        (11_235_04, 10_000_00, (12_4, 1)),  # 12.3504 %
        (8_765_04, 10_000_00, (12_3, 1)),  # 12.3496 % less
        (21_349_96, 10_000_00, (113, 0)),  # 113.4996 %, in hundredths 113.50
    ],
)
def test_a_change_is_rounded_once(now: int, before: int, told: tuple[int, int]) -> None:
    assert change_as_shown(change_of(now, before), Unit.PERCENT, 2) == told


def test_a_multiple_is_rounded_once() -> None:
    assert times_as_shown(change_of(123_496, 100_00)) == (12_3, 1), "12.3496, in hundredths 12.35"


@given(AMOUNTS, AMOUNTS)
def test_a_change_in_brief_is_no_farther_off_than_half_of_its_last_digit(
    now: int, before: int
) -> None:
    found = change_of(now, before)
    ratio = Fraction(now, before)
    if found.kind is ChangeKind.PERCENT:
        told = change_as_shown(found, Unit.PERCENT, 2)
        exact = abs(ratio - 1) * 100
    elif found.kind is ChangeKind.MULTIPLE:
        told, exact = times_as_shown(found), ratio
    else:
        return
    assert abs(number(told) - exact) <= Fraction(1, 2 * 10 ** told[1])


def test_a_change_that_says_no_more_is_halfway_by_itself() -> None:
    assert change_as_shown(Change(ChangeKind.PERCENT, 12_45), Unit.PERCENT, 2) == (12_4, 1)
