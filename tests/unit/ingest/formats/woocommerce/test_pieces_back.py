"""Pieces that a quantity was told without are put back where only these can be meant."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.woocommerce.reconcile import PIECES_BACK, Line, Sums, reading_of


def read(costs: list[int], missing: int) -> list[int] | None:
    """How many pieces are put back of lines of one piece each; None where nothing is."""
    lines = [
        Line(number, number, 1, cost, None, f"Thing {number}", None, unit_cost=cost)
        for number, cost in enumerate(costs, 1)
    ]
    whole = sum(costs) + missing
    sums = Sums(whole, 0, 0, 0, 0, 0, whole, missing)
    reading = reading_of(sums, lines, less_refunds=True)
    if reading.remark != PIECES_BACK:
        return None
    assert reading.unexplained == 0
    assert sum(line.total for line in reading.lines) == whole
    assert sum(line.back or 0 for line in reading.lines) == missing
    return [line.pieces_back for line in reading.lines]


def test_pieces_of_two_lines_are_put_back() -> None:
    assert read([1_000, 300], 1_600) == [1, 2]
    assert read([1_000, 300], 1_500) == [0, 5]


def test_what_could_be_of_one_line_or_of_two_is_left_open() -> None:
    """15.00 is three of 5.00, or one of each."""
    assert read([1_000, 500], 1_500) is None


@given(
    costs=st.lists(st.integers(400, 5_000), min_size=1, max_size=3),
    missing=st.integers(200, 12_000),
)
def test_the_only_way_is_taken_and_no_other(costs: list[int], missing: int) -> None:
    pieces = product(*(range(missing // cost + 1) for cost in costs))
    ways = [
        list(way)
        for way in pieces
        if sum(count * cost for count, cost in zip(way, costs, strict=True)) == missing
    ]
    found = read(costs, missing)
    assert found is None or ways == [found]
    if len(ways) == 1 and len(costs) < 3:
        assert found == ways[0]


@given(data=st.data())
def test_what_was_paid_back_is_found(data: st.DataObject) -> None:
    costs = data.draw(st.lists(st.integers(500, 5_000), min_size=1, max_size=3))
    back = [data.draw(st.integers(0, 2)) for _ in costs]
    missing = sum(count * cost for count, cost in zip(back, costs, strict=True))
    assert read(costs, missing) in (None, back)


def test_cheap_pieces_of_many_lines_are_left_open_at_once() -> None:
    assert read([1] * 2_000, 1_000_000_000) is None
    assert read([500_000_000] * 2_000, 1_000_000_000) is None
