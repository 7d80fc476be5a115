"""Several refunds of an order: each keeps its parts, and none gives back what is not left."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.refund_parts import MOST_SHARES, Left, Part, in_turn, refund_of

MONEY = st.integers(0, 300)


@st.composite
def charges(draw: st.DrawFn) -> Left:
    tax = draw(MONEY)
    goods = draw(st.lists(MONEY, min_size=1, max_size=3))
    return Left(goods, draw(MONEY), tax, draw(st.integers(0, tax)), (draw(MONEY), draw(MONEY)))


def parts(back: Part, lines: int) -> list[int]:
    goods = [back.goods.get(line, 0) for line in range(lines)]
    return [*goods, back.shipping, back.tax, back.left_out, back.beyond]


@given(data=st.data(), charged=charges())
def test_each_refund_gives_back_its_money_of_what_is_left_and_stays(
    data: st.DataObject, charged: Left
) -> None:
    sums = [*charged.paid, charged.shipping, charged.tax, *charged.extras]
    likely = st.sampled_from([sum(charged.paid) + charged.tax, charged.shipping, sum(sums)])
    refunds = data.draw(st.lists(MONEY | likely, max_size=6))
    most, lines = data.draw(st.integers(0, 12)), len(charged.paid)
    found = list(in_turn(charged, refunds, most_shares=most))
    each_by_itself = [parts(each, lines) for each in found]
    assert [sum(each) for each in each_by_itself] == refunds
    assert all(part >= 0 for each in each_by_itself for part in each)
    together = [sum(of_all) for of_all in zip(*each_by_itself, strict=True)]
    everything = [*charged.paid, charged.shipping, charged.tax, sum(charged.extras)]
    assert all(back <= part for back, part in zip(together, everything, strict=False))
    assert together[-1:] <= [max(sum(refunds) - sum(everything), 0)]
    assert sum(len(each.goods) for each in found) <= max(most, lines) + lines + len(refunds)
    assert list(in_turn(charged, refunds[:-1], most_shares=most)) == found[:-1]
    if len(refunds) == 1:
        back = refund_of(charged, *refunds)
        assert parts(found[0], lines) == [
            *(*back.goods, back.shipping, back.tax, back.left_out, back.beyond)
        ]


def test_what_is_whole_in_sum_is_whole_though_a_part_of_it_was_spread() -> None:
    """Goods of 100 and a fee of 3: the fee's part of the first refund is gone, and no more."""
    charged = Left([100], 20, 0, 0, (3,))
    assert [parts(each, 1) for each in in_turn(charged, [41, 82])] == [
        [33, 7, 0, 1, 0],
        [67, 13, 0, 2, 0],
    ]


def test_after_the_goods_came_back_alone_a_part_of_the_rest_is_of_the_rest() -> None:
    charged = Left([100], 20, 0, 0, ())
    assert [parts(each, 1) for each in in_turn(charged, [100, 10])] == [
        [100, 0, 0, 0, 0],
        [0, 10, 0, 0, 0],
    ]


def test_refunds_beyond_the_bound_take_one_line_after_the_other_and_the_same_sums() -> None:
    charged = Left([100, 100, 100], 30, 60, 0, ())
    spread = list(in_turn(charged, [39] * 10))
    found = list(in_turn(charged, [39] * 10, most_shares=6))
    assert found[:2] == spread[:2]
    assert [dict(each.goods) for each in found[2:5]] == [{0: 30}, {0: 30}, {0: 20, 1: 10}]
    for each, other in zip(found, spread, strict=True):
        assert (sum(each.goods.values()), each.shipping, each.tax) == (
            *(sum(other.goods.values()), other.shipping, other.tax),
        )


def test_rows_of_many_refunds_of_many_lines_are_bounded() -> None:
    charged = Left([2_000] * 2_000, 0, 0, 0, ())
    found = list(in_turn(charged, [2_000] * 2_000))
    assert sum(len(each.goods) for each in found) <= MOST_SHARES + 4_000
    assert sum(sum(each.goods.values()) for each in found) == 2_000 * 2_000
