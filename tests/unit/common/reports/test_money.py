from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.reports.money import (
    UnsupportedCurrencyError,
    change,
    currency_exponent,
    decimal_text,
    difference,
    divide_half_even,
    percent,
    rounded,
)

amounts = st.integers(-(10**15), 10**15)


@given(amounts, st.sampled_from([0, 2, 3]))
def test_decimals_are_exact(value: int, exponent: int) -> None:
    assert Decimal(decimal_text(value, exponent)) == Decimal(value).scaleb(-exponent)


exact = amounts | st.fractions(-(10**9), 10**9, max_denominator=10**6)


@given(exact, exact)
def test_a_difference_is_rounded_once(value: int | Fraction, previous: int | Fraction) -> None:
    assert difference(value, previous) == rounded(value - previous)


@pytest.mark.parametrize(
    ("value", "exponent", "text"),
    [(0, 2, "0.00"), (-5, 2, "-0.05"), (-1205, 2, "-12.05"), (7, 0, "7"), (1, 3, "0.001")],
)
def test_spelling(value: int, exponent: int, text: str) -> None:
    assert decimal_text(value, exponent) == text


@given(amounts, amounts.filter(bool))
def test_division_rounds_half_to_even(numerator: int, denominator: int) -> None:
    exact = Decimal(numerator) / Decimal(denominator)
    if exact == exact.quantize(Decimal("1e-9")):  # representable: Decimal is a fair judge
        assert divide_half_even(numerator, denominator) == exact.quantize(
            Decimal(1), ROUND_HALF_EVEN
        )


@pytest.mark.parametrize(
    ("n", "d", "q"), [(1, 2, 0), (3, 2, 2), (5, 2, 2), (-1, 2, 0), (-3, 2, -2)]
)
def test_halves(n: int, d: int, q: int) -> None:
    assert divide_half_even(n, d) == q == divide_half_even(-n, -d)


def test_change_needs_a_base() -> None:
    assert change(5, 0) is None
    assert change(0, 0) is None
    assert change(None, 5) is None
    assert change(5, None) is None
    assert change(110, 100) == 1000
    assert change(-150, -100) is None
    assert change(10_000, 100) == 99_0000
    assert change(10_001, 100) is None, "from next to nothing"
    assert change(Fraction(1, 3), Fraction(2, 7)) == 1667
    assert percent(1, 3) == 3333


@pytest.mark.parametrize(("code", "exponent"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("ISK", 0)])
def test_exponents_of_iso_4217(code: str, exponent: int) -> None:
    assert currency_exponent(code) == exponent


@pytest.mark.parametrize("code", ["XXX", "eur", "", "EURO", "CLF", "XAU"])
def test_other_currencies_are_refused(code: str) -> None:
    with pytest.raises(UnsupportedCurrencyError):
        currency_exponent(code)
