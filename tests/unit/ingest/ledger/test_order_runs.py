"""Lines that stand together are folded; what is sent twice is little."""

from datetime import UTC, datetime

from ingest.ledger.order_runs import RunLine, in_runs
from ingest.rows import OrderLineRow

AT = datetime(2026, 3, 1, tzinfo=UTC)


def line(position, order_id, line_id, tax=0):
    return OrderLineRow(
        *(position, order_id, AT, AT, "web", None, None, None, None, 0, 0, tax),
        *(line_id, "P1", None, None, 1, 100, 0),
    )


def test_the_head_of_a_run_carries_the_order():
    rows = [line(2, "A", "1"), line(3, "A", "2"), line(4, "B", "1"), line(5, "A", "3")]
    folded = [RunLine(*row) for row in in_runs(rows)]
    assert [(row.position, row.head, row.line_no) for row in folded] == [
        (2, 2, 1),
        (3, 2, 2),
        (4, 4, 1),
        (5, 5, 1),
    ]
    assert [row.placed_at for row in folded] == [AT, None, AT, AT]
    assert {row.order_id for row in folded} == {"A", "B"}


def test_a_line_seen_twice_and_an_order_that_disagrees_stand_out():
    rows = [line(2, "A", "1"), line(3, "A", "1"), line(4, "A", "2", tax=5)]
    folded = [RunLine(*row) for row in in_runs(rows)]
    assert [row.again for row in folded] == [False, True, False]
    assert [row.head for row in folded] == [2, 2, 4]
