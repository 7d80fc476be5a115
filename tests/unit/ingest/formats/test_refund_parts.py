"""Several refunds of an order: each keeps its parts, and none gives back what is not left."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.refund_parts import Back, Left, in_turn, refund_of

MONEY = st.integers(0, 300)


@st.composite
def charges(draw: st.DrawFn) -> Left:
    tax = draw(MONEY)
    goods = draw(st.lists(MONEY, min_size=1, max_size=3))
    return Left(goods, draw(MONEY), tax, draw(st.integers(0, tax)), (draw(MONEY), draw(MONEY)))


def parts(back: Back) -> list[int]:
    return [*back.goods, back.shipping, back.tax, *back.extras, back.beyond]


@given(data=st.data(), charged=charges())
def test_each_refund_gives_back_its_money_of_what_is_left_and_stays(
    data: st.DataObject, charged: Left
) -> None:
    everything = [*charged.paid, charged.shipping, charged.tax, *charged.extras]
    likely = st.sampled_from([sum(charged.paid) + charged.tax, charged.shipping, sum(everything)])
    refunds = data.draw(st.lists(MONEY | likely, max_size=4))
    found = list(in_turn(charged, refunds))
    assert [sum(parts(each)) for each in found] == refunds
    assert all(part >= 0 for each in found for part in parts(each))
    together = [sum(of_all) for of_all in zip(*map(parts, found), strict=True)]
    assert all(back <= part for back, part in zip(together, everything, strict=False))
    assert list(in_turn(charged, refunds[:-1])) == found[:-1]
    if len(refunds) == 1:
        assert found == [refund_of(charged, *refunds)]


def test_what_is_whole_in_sum_is_whole_though_a_part_of_it_was_spread() -> None:
    """Goods of 100 and a fee of 3: the fee's part of the first refund is gone, and no more."""
    charged = Left([100], 20, 0, 0, (3,))
    assert [parts(each) for each in in_turn(charged, [41, 82])] == [
        [33, 7, 0, 1, 0],
        [67, 13, 0, 2, 0],
    ]


def test_after_the_goods_came_back_alone_a_part_of_the_rest_is_of_the_rest() -> None:
    charged = Left([100], 20, 0, 0, ())
    assert [parts(each) for each in in_turn(charged, [100, 10])] == [[100, 0, 0, 0], [0, 10, 0, 0]]
