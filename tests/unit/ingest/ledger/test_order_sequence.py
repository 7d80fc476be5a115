"""Orders that come by their ids are in one place each; no others are said to be."""

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.ledger.test_run_columns import columns_of, rows_of

from ingest.ledger.order_runs import in_runs
from ingest.ledger.order_sequence import OrderSequence


def shop(ids):
    rows = rows_of([(0, [(1, 100, 0)])] * len(ids))
    return [(row[0], order_id, *row[2:]) for row, order_id in zip(rows, ids, strict=True)]


def strict(ids, by_columns):
    """Whether the ids are said to come in order; ``by_columns`` says it of each pair of them."""
    sequence = OrderSequence()
    rows = shop(ids)
    pieces = [rows[at : at + 2] for at in range(0, len(rows), 2)]
    for _ in in_runs(
        (
            part
            for piece, whole in zip(pieces, by_columns, strict=False)
            for part in ([columns_of(piece)] if whole else piece)
        ),
        sequence,
    ):
        pass
    return sequence.strict


columns = st.lists(st.booleans(), min_size=6, max_size=6)


@given(st.lists(st.sampled_from(["9", "10", "S-1", "é1", "S-2", "a\0"]), max_size=12), columns)
def test_who_comes_twice_is_never_said_to_come_in_order(drawn, by_columns):
    ids = [order_id for order_id, _ in groupby(drawn)]
    by_length = sorted(set(ids), key=lambda text: (len(text.encode()), text.encode()))
    assert strict(ids, by_columns) == (ids in (by_length, by_length[::-1]))
    assert strict(by_length, by_columns)
    assert strict(by_length[::-1], by_columns)


def test_one_order_whose_columns_change_has_two_runs():
    sequence = OrderSequence()
    rows = shop(["S-1", "S-1"])
    assert len(list(in_runs([rows[0], (*rows[1][:8], "SPRING", *rows[1][9:])], sequence))) == 2
    assert not sequence.strict
