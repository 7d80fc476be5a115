"""What of a discount on an order was off its gift cards is told by the tax, or said."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.allocate import spread
from ingest.formats.shopify.net_amounts import amounts_of
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


def told(things, card, code, tax, *, shipping=0, rate=RATE):
    """What is known of an order of ``things``, price and whether taxable, its tax on top."""
    goods = [Goods(1, price, 0, 0, "Thing", "T", taxable=taxable) for price, taxable in things]
    goods.append(Goods(1, card, 0, title="Gift card", taxable=False))
    subtotal = sum(price for price, _ in things) + card - code
    sums = Sums(subtotal, shipping, tax, subtotal + shipping + tax, code, rate=rate)
    found = amounts_of(sums, goods, gift_cards_are_sales=False)
    assert found.unexplained == 0
    return found


def test_a_line_that_may_be_at_no_rate_leaves_open_what_was_off_the_cards():
    # 19 % of 80.00: of both lines less the whole code, or of the first less its fifth of 20 %
    found = told([(10_000, True), (1_250, True)], 5_000, 3_250, 1_520)
    assert (found.off_cards, found.gift_cards, sum(found.paid)) == (1_000, 4_000, 9_000)


def test_what_both_readings_give_tells_nothing():
    # 19 % of 90.00: of 100.00 less 15.00 and a shipping of 5.00, or of 100.00 less a part of 10.00
    found = told([(10_000, True)], 5_000, 1_500, 1_710, shipping=500)
    assert (found.off_cards, found.gift_cards) == (500, 4_500)


@pytest.mark.parametrize("on_cards", [False, True])
@pytest.mark.parametrize(("shipping", "taxed"), [(0, 0), (1_490, 1_490), (1_490, 0)])
def test_lines_that_are_not_taxable_and_a_taxed_shipping_hide_nothing(on_cards, shipping, taxed):
    # 10 % on all, or the same code on goods alone
    code = 2_500 if on_cards else 2_000
    paid = 9_000 + taxed
    found = told(
        [(10_000, True), (10_000, False)], 5_000, code, round(paid * RATE), shipping=shipping
    )
    assert found.off_cards == 0
    assert found.gift_cards == (4_500 if on_cards else 5_000)
    assert sum(found.paid) == 18_000


def test_of_more_lines_than_can_be_tried_the_tax_tells_nothing():
    prices = [1_000 + 37 * number for number in range(11)]
    code = sum(prices) // 10
    found = told(
        [(price, True) for price in prices], 9_000, code, round((sum(prices) - code) * RATE)
    )
    assert found.off_cards
