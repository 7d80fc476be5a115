"""Speed, rhythm and trend of daily units, in exact integers scaled as rates.

A rate is units × 10^RATE_EXPONENT, rounded half even once, at the end.
"""

from common.reports.money import RATE_EXPONENT, ratio

AVERAGE_DAYS = 7


def per_day(amount: int, days: int) -> int | None:
    """``amount`` spread over ``days``, as a rate; None for no days."""
    return ratio(amount, days, exponent=RATE_EXPONENT)


def days_of_cover(pieces: int | None, units: int, days: int) -> int | None:
    """How many days ``pieces`` last when ``units`` go in ``days`` in stock, as a rate.

    0 with nothing on hand; None where the pieces are not known or nothing was sold.
    """
    return None if pieces is None else ratio(max(pieces, 0) * days, units, exponent=RATE_EXPONENT)


def moving_average(before: tuple[int, ...], units: tuple[int, ...]) -> tuple[int | None, ...]:
    """The trailing 7-day mean for each of ``units``, reaching back into the days ``before``.

    None where fewer than seven days are known.
    """
    known = (*before, *units)
    return tuple(
        per_day(sum(known[end - AVERAGE_DAYS : end]), AVERAGE_DAYS) if end >= AVERAGE_DAYS else None
        for end in range(len(before) + 1, len(known) + 1)
    )


def trend_per_week(units: tuple[int, ...]) -> int | None:
    """Seven times the least-squares slope of daily ``units``, as a rate; None below two days."""
    n = len(units)
    sum_x, sum_xx = sum(range(n)), sum(x * x for x in range(n))
    numerator = n * sum(x * y for x, y in enumerate(units)) - sum_x * sum(units)
    return ratio(7 * numerator, n * sum_xx - sum_x * sum_x, exponent=RATE_EXPONENT)


def weekday_profile(units: tuple[int, ...], weekdays: tuple[int, ...]) -> tuple[int | None, ...]:
    """The mean of ``units`` by weekday (0 is Monday), as a rate; None for one that never occurs."""
    return tuple(
        per_day(
            sum(u for u, each in zip(units, weekdays, strict=True) if each == weekday),
            weekdays.count(weekday),
        )
        for weekday in range(7)
    )
