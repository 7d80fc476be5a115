"""Money and other figures as scaled integers, and their decimal spelling.

A figure is an integer and an exponent: money in the currency's minor unit (ISO 4217), a percentage
in hundredths of a percent. No float is involved from the database to the last digit of a CSV.
"""

from fractions import Fraction

from iso4217 import Currency

SUPPORTED_EXPONENTS = (0, 2, 3)


class UnsupportedCurrencyError(ValueError):
    """Not an ISO 4217 currency that a shop can sell in."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code!r} is not a currency of ISO 4217 with 0, 2 or 3 decimals")
        self.code = code


def currency_exponent(code: str) -> int:
    """How many decimals the minor unit of ``code`` stands for: 0, 2 or 3.

    Raises:
        UnsupportedCurrencyError: unknown, or a currency of another exponent.
    """
    try:
        exponent = Currency(code).exponent
    except ValueError:
        raise UnsupportedCurrencyError(code) from None
    if exponent not in SUPPORTED_EXPONENTS:
        raise UnsupportedCurrencyError(code)
    return int(exponent)


def decimal_text(value: int, exponent: int) -> str:
    """``value`` × 10^-exponent as a plain decimal: ``decimal_text(-1205, 2)`` is ``-12.05``."""
    if exponent == 0:
        return str(value)
    if value < 0:
        return f"-{decimal_text(-value, exponent)}"
    digits = str(value)
    if len(digits) <= exponent:
        digits = digits.rjust(exponent + 1, "0")
    return f"{digits[:-exponent]}.{digits[-exponent:]}"


def divide_half_even(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` rounded half to even, in integers.

    Raises:
        ZeroDivisionError: the denominator is 0.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient % 2):
        quotient += 1
    return quotient


def ratio(numerator: int, denominator: int, *, exponent: int = 0) -> int | None:
    """``numerator / denominator`` scaled by 10^exponent, half even; None when the base is 0."""
    if denominator == 0:
        return None
    return divide_half_even(numerator * 10**exponent, denominator)


PERCENT_EXPONENT = 2
RATE_EXPONENT = 2
WHOLE = 10 ** (2 + PERCENT_EXPONENT)
"""100 %, in hundredths of a percent."""
_TINY = 100

Exact = int | Fraction
"""A figure before it is rounded, scaled as its unit is."""


def rounded(value: Exact) -> int:
    """``value`` as a whole number, half to even."""
    return value if isinstance(value, int) else divide_half_even(*value.as_integer_ratio())


def difference(value: Exact, previous: Exact) -> int:
    """``value`` less ``previous`` as a whole number, half to even."""
    (n, over), (m, below) = value.as_integer_ratio(), previous.as_integer_ratio()
    return divide_half_even(n * below - m * over, over * below)


def percent(part: int, whole: int) -> int | None:
    """``part`` of ``whole`` in hundredths of a percent, half even; None when the whole is 0."""
    return divide_half_even(part * WHOLE, whole) if whole else None


def part_told(part: int, whole: int) -> int:
    """As ``percent`` of a positive whole, where it is told in words.

    What is neither nothing nor all is neither 0 nor 100 %.
    """
    told = divide_half_even(part * WHOLE, whole)
    return min(max(told, 1), WHOLE - 1) if 0 < part < whole else told


def change(value: Exact | None, previous: Exact | None) -> int | None:
    """From ``previous`` to ``value`` in hundredths of a percent; None without a base.

    A base is positive, and no less than a hundredth of what became of it: of next to nothing, and
    of less than nothing, percents say nothing.
    """
    if value is None or previous is None or previous <= 0:
        return None
    if isinstance(value, int) and isinstance(previous, int):
        return None if abs(value) > _TINY * previous else percent(value - previous, previous)
    times = Fraction(value) / Fraction(previous)
    return None if abs(times) > _TINY else rounded((times - 1) * WHOLE)
