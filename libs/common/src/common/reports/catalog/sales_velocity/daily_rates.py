"""Rates of daily units: per day, moving averages, weekdays; exact scaled integers.

A rate is units × 10^RATE_EXPONENT, rounded half even once, at the end.
"""

from fractions import Fraction

from common.reports.money import RATE_EXPONENT, ratio, rounded

AVERAGE_DAYS = 7


def per_day(amount: int, days: int) -> int | None:
    """``amount`` spread over ``days``, as a rate; None for no days."""
    return ratio(amount, days, exponent=RATE_EXPONENT)


def moving_average(
    before: tuple[int | None, ...], units: tuple[int | None, ...]
) -> tuple[int | None, ...]:
    """The trailing 7-day mean for each of ``units``, reaching back into the days ``before``.

    None where fewer than seven days are known.
    """
    days = (*before, *units)
    ends = range(len(before) + 1, len(days) + 1)
    weeks = (days[max(0, end - AVERAGE_DAYS) : end] for end in ends)
    return tuple(map(_mean, weeks))


def _mean(week: tuple[int | None, ...]) -> int | None:
    known = [units for units in week if units is not None]
    return per_day(sum(known), AVERAGE_DAYS) if len(known) == AVERAGE_DAYS else None


def weekday_profile(
    units: tuple[int | None, ...], weekdays: tuple[int, ...]
) -> tuple[Fraction | None, ...]:
    """The mean of ``units`` by weekday (0 is Monday), unrounded; None for one that never occurs.

    Days of which nothing is known are none.
    """
    days = [
        [u for u, each in zip(units, weekdays, strict=True) if each == weekday and u is not None]
        for weekday in range(7)
    ]
    return tuple(Fraction(sum(each), len(each)) if each else None for each in days)


def scaled(value: Fraction | None) -> Fraction | None:
    """``value`` scaled as a rate and not rounded; None stays None."""
    return None if value is None else value * 10**RATE_EXPONENT


def rate(value: Fraction | None) -> int | None:
    """``value`` as a rate; None stays None."""
    exact = scaled(value)
    return None if exact is None else rounded(exact)
