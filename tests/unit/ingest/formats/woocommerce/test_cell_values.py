"""Amounts of WooCommerce: whatever PHP prints of a float of money is that money, rounded."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.csv.values import BadValueError
from ingest.formats.woocommerce.cell_values import rounding

MOST = 10.0**12
PRINTED = st.sampled_from(
    ["{!r}", "{:.13E}", "{:.16e}", "{:.14G}", "{:.17G}", "{:.30f}", "{:.80f}"]
)


@given(
    number=st.floats(-MOST, MOST) | st.floats(-1e-9, 1e-9),
    form=PRINTED,
    exponent=st.sampled_from([0, 2, 3]),
)
def test_any_number_that_php_prints_of_money_is_taken(
    number: float, form: str, exponent: int
) -> None:
    text = form.format(number)
    units = Decimal(text).quantize(Decimal(1).scaleb(-exponent), ROUND_HALF_UP)
    assert rounding(exponent)(text) == int(units.scaleb(exponent))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.7763568394003E-15", 0),
        ("-1.4210854715202E-14", 0),
        ("1.0e-5", 0),
        ("5.0E-324", 0),
        (f"0.{'0' * 34}1", 0),
        (f"1.{'9' * 1074}", 200),
        ("1.00499999999999999999999999999999", 100),
        ("1.2345E+3", 123_450),
        ("0E+0", 0),
    ],
)
def test_amounts_of_many_decimals_and_in_powers_of_ten_are_rounded(text: str, amount: int) -> None:
    assert rounding(2)(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        *("1e999999999", "-1.0E+999999999", "1e-999999999", "1E+999", "1.0E+25", "NaN", "NAN"),
        *("INF", "Infinity", "sNaN", "1e", "e5", "1.e5", "0x1p3", "1_0.123", "\u0661.\u0662\u0663"),
        f"0.{'1' * 1075}",
    ],
)
def test_what_cannot_be_money_is_refused_at_once(text: str) -> None:
    with pytest.raises(BadValueError):
        rounding(2)(text)
