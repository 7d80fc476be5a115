"""What of a discount on an order was off its gift cards is told by the tax, or said."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.allocate import spread
from ingest.formats.shopify.amounts import amounts_of
from ingest.formats.shopify.reconcile import Goods, Sums

RATE = Fraction(19, 100)


def order(prices, card, code, *, on_cards, inside, shipping=0, rate=RATE):
    """An order with a card in it, and what was paid for its other goods, tax in it or not."""
    *shares, part = spread(code, [*prices, card if on_cards else 0])
    paid = sum(prices) - sum(shares)
    tax = round((paid + shipping) * (rate / (1 + rate) if inside else rate)) if rate else 0
    subtotal = sum(prices) + card - code
    total = subtotal + shipping + (0 if inside else tax)
    goods = [Goods(1, price, 0, title=f"Thing {n}", sku=f"T{n}") for n, price in enumerate(prices)]
    goods.append(Goods(1, card, 0, title="Gift card", taxable=False))
    sums = Sums(
        subtotal, shipping, tax, total, code, tax_included=inside if rate else None, rate=rate
    )
    found = amounts_of(sums, goods, gift_cards_are_sales=False)
    assert found.unexplained == 0
    in_goods = tax * paid / (paid + shipping) if inside and paid + shipping else 0
    return found, paid - in_goods, part


@given(
    prices=st.lists(st.integers(1_000, 50_000), min_size=1, max_size=3),
    card=st.integers(1_000, 20_000),
    percent=st.integers(1, 90),
    on_cards=st.booleans(),
    inside=st.booleans(),
    shipping=st.sampled_from([0, 490]),
)
def test_the_tax_tells_whether_cards_had_a_part_of_a_discount(
    prices, card, percent, on_cards, inside, shipping
):
    whole = sum(prices) + (card if on_cards else 0)
    found, paid, _ = order(
        *(prices, card, whole * percent // 100),
        on_cards=on_cards, inside=inside, shipping=shipping,
    )  # fmt: skip
    if found.off_cards:  # what their part would be cannot be told from rounding, or from shipping
        assert abs(sum(found.paid) - paid) <= found.off_cards + 1
    else:
        assert abs(sum(found.paid) - paid) <= 25
    assert sum(found.paid) + found.shipping + found.tax + found.gift_cards == (
        sum(prices) + card - whole * percent // 100 + shipping + (0 if inside else found.tax)
    )


@pytest.mark.parametrize("inside", [False, True])
def test_a_discount_that_the_tax_tells_of_is_not_assumed(inside):
    alone, paid, _ = order([10_000], 5_000, 3_000, on_cards=False, inside=inside)
    assert (alone.off_cards, alone.gift_cards) == (0, 5_000)
    assert abs(sum(alone.paid) - paid) <= 1
    both, paid, part = order([10_000], 5_000, 3_000, on_cards=True, inside=inside)
    assert (both.off_cards, both.gift_cards) == (0, 5_000 - part)
    assert abs(sum(both.paid) - paid) <= 1


def test_without_a_rate_a_discount_is_on_all_in_proportion_and_said():
    found, _, part = order([10_000], 5_000, 3_000, on_cards=True, inside=False, rate=None)
    assert (found.off_cards, found.gift_cards, sum(found.paid)) == (part, 5_000 - part, 8_000)
