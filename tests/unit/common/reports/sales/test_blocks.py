from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from common.reports.sales.blocks import SPANS, Block, block_of, cover, parents

days = st.dates(date(1990, 1, 1), date(2060, 1, 1))


@given(days, st.integers(0, 400))
def test_a_cover_is_every_day_once_in_order(first: date, length: int) -> None:
    past = first + timedelta(days=length)
    covered = [
        block.day + timedelta(days=n) for block in cover(first, past) for n in range(block.span)
    ]
    assert covered == [first + timedelta(days=n) for n in range(length)]


@given(days, st.sampled_from([7, 30, 90]))
def test_a_cover_is_short(first: date, length: int) -> None:
    assert len(cover(first, first + timedelta(days=length))) <= 6 + 3 + 3 + 3 + 6


@given(days)
def test_blocks_nest(day: date) -> None:
    small, middle, large = (block_of(day, span) for span in SPANS)
    assert small == Block(1, day)
    assert block_of(middle.day, 28) == large
    last = middle.day + timedelta(days=6)
    assert block_of(last, 28) == large
    assert parents([day, day], 7) == (middle.day,)
