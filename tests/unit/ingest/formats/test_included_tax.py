"""Gross prices lose the tax that is in them, however little was paid for a line."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.included_tax import take_out

RATE = Fraction(19, 100)
LINES = st.lists(
    st.tuples(st.integers(1, 50_000), st.integers(0, 100)).map(
        lambda line: (line[0], line[0] * line[1] // 100)
    ),
    min_size=1,
    max_size=5,
)


@given(lines=LINES, shipping=st.sampled_from([0, 490]), untaxed=st.sets(st.integers(0, 4)))
def test_what_a_line_cost_before_discounts_is_without_tax_at_the_orders_rate(
    lines, shipping, untaxed
):
    bears = [*(number not in untaxed for number in range(len(lines))), True]
    over = [*(paid for _, paid in lines), shipping]
    charged = sum(paid for paid, each in zip(over, bears, strict=True) if each)
    taxes = round(charged * RATE / (1 + RATE))
    parts, on_shipping = take_out(taxes, shipping, lines, bears=bears)
    assert sum(net for _, net in parts) + shipping - on_shipping + taxes == sum(over)
    for (value, paid), (worth, net), bearing in zip(lines, parts, bears[:-1], strict=True):
        assert 0 <= net <= worth
        if not bearing:
            assert (worth, net) == (value, paid)
        elif charged:
            # The tax is a whole unit: what it is off by weighs as the line does in all of it.
            off = abs(worth - value / (1 + RATE))
            assert off <= 2 + Fraction(value, 2 * charged)


def test_goods_given_away_beside_a_paid_shipping_are_told_without_tax():
    assert take_out(78, 490, [(2000, 0)]) == ([(1681, 0)], 78)
    assert take_out(78, 490, [(2000, 0)], bears=[False, True]) == ([(2000, 0)], 78)


def test_where_nothing_was_paid_there_is_no_rate_to_go_by():
    assert take_out(0, 0, [(2000, 0)]) == ([(2000, 0)], 0)
