"""Whether sales grow or shrink: a straight line through whole weeks, and how sure it is.

Weeks and not days: a shop that sells at weekends has no trend for that. The line is fitted by least
squares to the sums of weeks; the uncertainty is the half width of its slope's 95 % confidence
interval by Student's t. All of it is exact until it is rounded, once, at the end.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from typing import Final, NamedTuple

from common.reports.money import RATE_EXPONENT, rounded

DAYS: Final = 7
FEWEST_WEEKS: Final = 3
"""Two weeks always lie on a line: nothing is left that would say how far to trust it."""

_T: Final = (
    *(12706, 4303, 3182, 2776, 2571, 2447, 2365, 2306, 2262, 2228, 2201, 2179, 2160, 2145, 2131),
    *(2120, 2110, 2101, 2093, 2086, 2080, 2074, 2069, 2064, 2060, 2056, 2052, 2048, 2045, 2042),
)
"""Student's t, two-sided 95 %, in thousandths, by degrees of freedom from 1 on."""
_T_BEYOND: Final = 1960


class Trend(NamedTuple):
    """Units a day gained or lost each week, as a rate, and how much more or less it may be.

    It is ``clear`` when the data tell it from none.
    """

    slope: int
    uncertainty: int
    clear: bool


def trend(units: Sequence[int]) -> Trend | None:
    """The trend of daily ``units``, by the whole weeks up to the last day; None below three."""
    weeks = _weeks(units)
    n = len(weeks)
    if n < FEWEST_WEEKS:
        return None
    # Twice the places, counted from the middle: whole numbers whose sum is 0.
    places = range(1 - n, n, 2)
    spread = sum(place * place for place in places)
    slope = Fraction(sum(map(int.__mul__, places, weeks)), spread)
    mean = Fraction(sum(weeks), n)
    missed = sum((week - mean) ** 2 for week in weeks) - slope**2 * spread
    t = Fraction(_T[n - 3] if n - 3 < len(_T) else _T_BEYOND, 1000)
    margin_squared = t**2 * missed / (n - 2) / spread
    per_day = 2 * Fraction(10**RATE_EXPONENT, DAYS)
    return Trend(
        slope=rounded(slope * per_day),
        uncertainty=_root(margin_squared * per_day**2),
        clear=slope**2 > margin_squared,
    )


def _weeks(units: Sequence[int]) -> list[int]:
    """The sums of the whole weeks that end with the last day, in order."""
    rest = len(units) % DAYS
    return [sum(units[start : start + DAYS]) for start in range(rest, len(units), DAYS)]


def _root(value: Fraction) -> int:
    """The square root, to the nearest whole number."""
    return (isqrt(4 * value.numerator // value.denominator) + 1) // 2
