"""Numbers as CLDR writes them, exact to the last digit."""

import re
from decimal import Decimal

import pytest
from babel import Locale
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from common.i18n.locales import ENGLISH, LOCALES
from common.i18n.numbers import NumberFormatter

NUMERALS = {tag: NumberFormatter(locale) for tag, locale in LOCALES.items()}
INTEGERS = st.integers(-(2**70), 2**70)


@pytest.mark.parametrize(
    ("value", "exponent", "text"),
    [
        (0, 0, "0"),
        (0, 2, "0.00"),
        (5, 2, "0.05"),
        (-5, 3, "−0.005"),
        (99999, 2, "999.99"),
        (123456, 2, "1,234.56"),
        (-100000000, 0, "−100,000,000"),
        (2**63, 2, "92,233,720,368,547,758.08"),
    ],
)
def test_english_numbers(value: int, exponent: int, text: str) -> None:
    assert NumberFormatter(ENGLISH).number(value, exponent) == text


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("de", "−1.234.567,89\u00a0€"),
        ("fr", "−1\u202f234\u202f567,89\u00a0€"),
        ("ja", "−€1,234,567.89"),
        ("he", "\u200f\u200e−1,234,567.89\u00a0\u200f€"),
        ("nl", "€\u00a0−1.234.567,89"),
        ("pl", "−1\u00a0234\u00a0567,89\u00a0€"),
        ("pt", "−€\u00a01.234.567,89"),
        ("zh-Hans", "−€1,234,567.89"),
    ],
)
def test_money(tag: str, text: str) -> None:
    assert NUMERALS[tag].money(-123456789, 2, "EUR") == text


def test_indian_groups_have_two_digits() -> None:
    assert NumberFormatter(Locale.parse("hi")).number(123456789, 0) == "12,34,56,789"


def test_a_sign_of_letters_keeps_its_distance() -> None:
    assert NumberFormatter(ENGLISH).money(3000, 3, "KWD") == "KWD\u00a03.000"


def plain(text: str) -> str:
    """Without marks of direction and spaces, and with one kind of minus."""
    return re.sub(r"[\s\u00a0\u200e\u200f\u202f]", "", text).replace("−", "-")


@given(INTEGERS, st.sampled_from([0, 2, 3]), st.sampled_from(sorted(LOCALES)))
def test_numbers_are_those_of_babel(value: int, exponent: int, tag: str) -> None:
    pattern = "#,##0" + ("." + "0" * exponent if exponent else "")
    amount = Decimal(value).scaleb(-exponent)
    expected = format_decimal(amount, pattern, LOCALES[tag], decimal_quantization=False)
    assert plain(NUMERALS[tag].number(value, exponent)) == plain(expected)


@given(INTEGERS, st.sampled_from(["EUR", "USD", "GBP", "ILS"]), st.sampled_from(sorted(LOCALES)))
def test_money_is_that_of_babel(value: int, currency: str, tag: str) -> None:
    expected = format_currency(Decimal(value).scaleb(-2), currency, locale=LOCALES[tag])
    assert plain(NUMERALS[tag].money(value, 2, currency)) == plain(expected)


@given(INTEGERS, st.sampled_from([0, 2, 3]), st.sampled_from(sorted(LOCALES)))
def test_the_symbols_spell_the_same_number_elsewhere(value: int, exponent: int, tag: str) -> None:
    symbols = NUMERALS[tag].symbols("EUR")
    text = NUMERALS[tag].money(value, exponent, "EUR")
    before, after = symbols["moneyNegative" if value < 0 else "money"]
    assert text.startswith(before)
    assert text.endswith(after)
    digits = text.removeprefix(before).removesuffix(after)
    read = digits.replace(symbols["group"], "").replace(symbols["decimal"], ".")
    assert Decimal(read) == abs(Decimal(value).scaleb(-exponent))
