"""What went back of a charge and what came again, as an itemised report of Stripe tells both."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.formats.stripe.test_reader import balance, payment, payments, row

from ingest.formats.stripe.movements import Movement, in_turn, netted

KINDS = ["refund", "refund_failure", "dispute", "dispute_reversal", "charge_failure"]


def said(found, words):
    return [note for note in found.notes if words in note]


@pytest.mark.parametrize(
    ("moved", "left"),
    [
        ([("refund", "re_1", "-3.00"), ("refund", "re_2", "-2.00"),
          ("refund_failure", "re_2", "2.00")], {"txn_2": 300, "txn_3": 0}),
        ([("refund", "re_1", "-3.00"), ("refund", "re_2", "-2.00"),
          ("refund_failure", "re_1", "3.00")], {"txn_2": 0, "txn_3": 200}),
        ([("dispute", "dp_1", "-6.00"), ("refund", "re_1", "-4.00"),
          ("dispute_reversal", "dp_1", "6.00")], {"txn_2": 0, "txn_3": 400}),
        ([("dispute", "", "-6.00"), ("refund", "", "-4.00"),
          ("dispute_reversal", "", "6.00")], {"txn_2": 0, "txn_3": 400}),
        ([("refund", "re_1", "-4.00"), ("dispute", "dp_1", "-6.00"),
          ("refund_failure", "re_9", "5.00")], {"txn_2": 0, "txn_3": 500}),
        ([("refund", "re_1", "-10.00"), ("refund_failure", "re_1", "10.00"),
          ("refund", "re_2", "-10.00")], {"txn_2": 0, "txn_4": 1000}),
        ([("refund", "re_1", "-4.00"), ("refund_failure", "re_1", "1.00")], {"txn_2": 300}),
        ([("refund", "re_1", "-4.00"), ("refund", "re_1", "4.00")], {"txn_2": 0}),
        ([("refund_failure", "re_1", "4.00"), ("refund", "re_1", "-5.00")], {"txn_3": 100}),
    ],
)  # fmt: skip
def test_what_came_again_is_taken_off_what_it_is_of(moved, left):
    rows = [row(1), *(row(n, kind, gross, source_id=source)
                      for n, (kind, source, gross) in enumerate(moved, 2))]  # fmt: skip
    found = balance(*rows)
    assert {each.refund_id: each.amount for each in found.refunds} == left
    assert sum(each.quantity for each in found.refunds) == (sum(left.values()) == 1000)
    assert found.faults == []
    assert not said(found, "came again")


def test_a_movement_of_nothing_has_no_row():
    assert balance(row(1), row(2, "refund", "0.00")).refunds == []


@pytest.mark.parametrize("kind", ["refund", "refund_failure", "dispute_reversal"])
def test_money_that_came_again_without_having_gone_back_is_said(kind):
    found = balance(row(1), row(2, kind, "2.00"))
    assert found.sold == {"ch_1": 1000}
    assert found.refunds == []
    (note,) = said(found, "money came again that had not gone back")
    assert "ch_1" in note
    assert "(2.00 EUR)" in note
    assert found.gaps == [("refunds-not-known", "ch_1", None)]


@pytest.mark.parametrize("source", ["re_1", "re_9"])
def test_more_that_came_again_than_went_back_is_said_by_what_is_more(source):
    """Of what went back rates may have moved; what another report has is not known since the
    charge: its returns may be too high."""
    back = row(2, "refund", "-3.00", source_id="re_1")
    found = balance(row(1), back, row(3, "refund_failure", "5.00", source_id=source))
    assert found.back == [("ch_1", 0, 0)]
    told = "more came again than had gone back" if source == "re_1" else "that had not gone back"
    assert "(2.00 EUR)" in said(found, told)[0]
    since = datetime(2026, 3, 1, 10, 22, 33, tzinfo=UTC)
    assert found.since == ({} if source == "re_1" else {"refunds-not-known": since})


def test_of_a_charge_elsewhere_other_refunds_hide_nothing_that_came_again():
    """The refund of an earlier report failed and was issued again: 10.00 of that report are too
    many, and the 10.00 of this one are left out."""
    failed = row(2, "refund_failure", "10.00", "ch_9", source_id="re_1")
    found = balance(row(1), failed, row(3, "refund", "-10.00", "ch_9", source_id="re_2"))
    assert found.gaps == [("refunds-left-out", "ch_9", 1000), ("refunds-not-known", "ch_9", None)]
    assert found.back == [("ch_9", 1000, 0)]
    assert "(10.00 EUR)" in said(found, "money came again for a charge that is not in this file")[0]


def test_rows_of_a_charge_that_differ_by_as_much_do_not_add_up():
    found = balance(row(1, net="9.00"), row(2, "refund", "-1.00", net="0.00"))
    assert found.reconciled.unexplained_orders == 1
    assert ("unreconciled-orders", "ch_1", 100) in found.gaps


def test_rows_of_one_charge_are_one_order_in_a_note():
    refunds = [row(n, "refund", "-4.00", source_id=f"re_{n}") for n in range(2, 6)]
    (note,) = said(balance(row(1), *refunds), "more went back than was charged")
    assert note.startswith("1 order (ch_1): ")
    assert note.endswith("(6.00 EUR)")


def test_money_that_came_again_for_a_charge_of_another_report_is_said_as_such():
    found = balance(row(1, charge="ch_2"), row(2, "dispute_reversal", "10.00", "ch_1"))
    assert found.back == []
    (note,) = said(found, "money came again for a charge that is not in this file")
    assert "1 order (ch_1)" in note
    assert note.endswith("(10.00 EUR)")
    assert found.gaps == [("refunds-not-known", "ch_1", None)]


def test_of_a_charge_elsewhere_what_went_back_and_came_again_is_told_in_sum():
    rows = [row(2, "dispute", "-4.00", "ch_9"), row(3, "dispute_reversal", "4.00", "ch_9")]
    found = balance(row(1), *rows, row(4, "refund", "-3.00", "ch_9"))
    assert found.back == [("ch_9", 0, 0), ("ch_9", 300, 0)]
    assert found.gaps == [("refunds-left-out", "ch_9", 300)]
    assert balance(row(1), *rows).gaps == []


@pytest.mark.parametrize(("kind", "gross"), [("refund", "-2.00"), ("refund_failure", "2.00")])
def test_a_movement_that_stands_twice_is_refused(kind, gross):
    rows = [row(1), row(2, "refund", "-5.00"), row(3, kind, gross), row(3, kind, gross)]
    (fault,) = balance(*rows).faults
    assert "'txn_3' is in the file already: it would count twice" in fault
    assert "line 5" in fault


def test_charges_and_what_goes_back_later_than_now_are_said():
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    rows = [row(1), row(2, "refund", "-1.00"), row(3, "refund", "-2.00")]
    found = balance(*rows, row(4, charge="ch_2"), now=now)
    assert "1 order (ch_1): its refund is dated later than now" in found.notes
    assert "1 order (ch_2): is dated later than now" in found.notes
    assert not said(balance(*rows, now=datetime(2026, 3, 4, tzinfo=UTC)), "later than now")


def test_payments_and_their_refunds_later_than_now_are_said():
    columns = {"Amount Refunded": "4.00", "Disputed Amount": "6.00", "Dispute Status": "lost"}
    dated = {"Dispute Date (UTC)": "2026-03-05 10:00"}
    found = payments(
        payment(**columns | dated), payment(id="ch_2", **{"Created (UTC)": "2026-03-07 10:22"}),
        now=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip
    assert "1 order (ch_1): its refund is dated later than now" in found.notes
    assert "1 order (ch_2): is dated later than now" in found.notes


@given(
    told=st.lists(
        st.tuples(
            st.integers(-50, 50), st.integers(0, 5), st.sampled_from(KINDS), st.sampled_from("ab")
        )
    ),
    data=st.data(),
)
def test_what_is_left_is_the_sum_in_any_order(told, data):
    """Of what each movement was, no more is left, and all of them come to their sum."""
    moved = [
        Movement(number, f"txn_{number}", "ch_1", datetime(2026, 3, 1, at, tzinfo=UTC), *rest)
        for number, (amount, at, *words) in enumerate(told)
        for rest in [(amount, *words)]
    ]
    back, over = netted(in_turn(data.draw(st.permutations(moved))))
    assert sum(each.amount for each in back) - over == sum(each.amount for each in moved)
    assert over == 0 or not any(each.amount for each in back)
    of = {each.id: each.amount for each in moved}
    assert {each.id for each in back} == {each.id for each in moved if each.amount >= 0}
    assert all(0 <= each.amount <= of[each.id] for each in back)
