"""Fees below nothing, as credits are: off the goods, then the shipping, then the tax."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.woocommerce.net_amounts import BELOW, Amounts, amounts_of
from ingest.formats.woocommerce.reconcile import Line, Sums


def read(goods: list[int], shipping: int, fee: int, tax: int, total: int) -> Amounts:
    lines = [
        Line(number, number, 1, each, each, f"Thing {number}", None)
        for number, each in enumerate(goods, 1)
    ]
    return amounts_of(Sums(sum(goods), 0, shipping, fee, tax, 0, total, 0), lines)


def parts(found: Amounts) -> tuple[list[int], int, int, int]:
    """What is left of goods, of shipping and of tax, and what nothing explains."""
    return [each.paid for each in found.sold], found.shipping, found.tax, found.unexplained


@pytest.mark.parametrize(
    ("goods", "shipping", "fee", "tax", "total", "left"),
    [
        ([2_000], 490, -300, 0, 2_190, ([1_700], 490, 0, 0)),
        ([2_000], 490, -2_200, 0, 290, ([0], 290, 0, 0)),
        ([10_000], 0, -11_000, 1_900, 900, ([0], 0, 900, 0)),
        ([1_000, 3_000], 500, -4_700, 855, 655, ([0, 0], 0, 655, 0)),
        ([1_000, 3_000], 500, -1_000, 0, 3_500, ([750, 2_250], 500, 0, 0)),
    ],
    ids=[
        "off goods",
        "and off shipping",
        "and off tax",
        "off all three",
        "off lines in proportion",
    ],
)
def test_a_fee_is_off_what_is_left(goods, shipping, fee, tax, total, left):
    found = read(goods, shipping, fee, tax, total)
    assert parts(found) == left
    assert BELOW in found.remarks


def test_a_fee_that_leaves_less_than_the_tax_in_the_prices_is_not_explained():
    """5.00 and 5.00 for shipping, 1.60 of them tax, and a fee of -10.00: no tax was paid."""
    found = read([500], 500, -1_000, 160, 0)
    assert found.unexplained == -1_000
    assert BELOW not in found.remarks
    assert sum(each.paid for each in found.sold) + found.shipping + found.tax == 1_000


@given(
    goods=st.lists(st.integers(1, 5_000), min_size=1, max_size=3),
    shipping=st.sampled_from([0, 490]),
    off=st.integers(1, 20_000),
    percent=st.sampled_from([0, 7, 19]),
    inside=st.booleans(),
)
def test_the_parts_and_what_is_not_explained_come_to_the_total(
    goods, shipping, off, percent, inside
):
    charged = sum(goods) + shipping
    tax = round(charged * percent / (100 + percent * inside))
    total = charged - off + (0 if inside else tax)
    found = read(goods, shipping, -off, tax, total)
    paid, *others = parts(found)
    assert sum(paid) + sum(others) + found.fees == total
    assert min(*paid, found.shipping, found.tax) >= 0
