"""Refunds: onto their lines, seen again, kept when their order is replaced, and refused."""

from datetime import UTC, datetime

import pytest

from ingest.ledger.errors import (
    ContradictingRowError,
    DuplicateRowError,
    Fault,
    InvalidAmountError,
    RefundBeforePaymentError,
    RefundedLineVanishedError,
    RefundOfUnpaidOrderError,
    RefundTooLargeError,
    UnknownLineError,
    UnknownOrderError,
)

BEFORE = datetime(2026, 3, 1, 10, tzinfo=UTC)
STORED = (
    "SELECT r.external_id, l.external_id, p.external_id, r.quantity, r.amount, r.shipping"
    " FROM refunds r JOIN orders o ON o.id = r.order_id"
    " LEFT JOIN order_lines l ON l.order_id = r.order_id AND l.line_no = r.line_no"
    " LEFT JOIN products p ON p.id = r.product_id ORDER BY 1, 2"
)


@pytest.fixture
def shop(load, line):
    """An order of two lines, another of one, and one never paid."""
    load(
        order_lines=[
            line("O1", "a", quantity=3, shipping=500, tax=100, order_discount=400),
            line("O1", "b", product_id="P2", shipping=500, tax=100, order_discount=400),
            line("O2", "a"),
            line("O3", "a", paid_at=None),
        ]
    )


@pytest.mark.usefixtures("shop")
def test_refunds_stand_on_their_lines_with_their_products(load, read, refund):
    load(
        refunds=[
            refund("R1", "O1", "a"),
            refund("R1", "O1", "b", amount=900),
            refund("R2", "O1", None, quantity=0, amount=0, shipping=500),
        ]
    )
    assert read(STORED) == [
        ("R1", "a", "P1", 1, 1000, 0),
        ("R1", "b", "P2", 1, 900, 0),
        ("R2", None, None, 0, 0, 500),
    ]


@pytest.mark.usefixtures("shop")
def test_a_refund_seen_again_replaces_itself_whole(load, read, refund):
    load(refunds=[refund("R1", "O1", "a"), refund("R1", "O1", "b", amount=900)])
    load(refunds=[refund("R1", "O1", "a", quantity=3, amount=2700)])
    assert read(STORED) == [("R1", "a", "P1", 3, 2700, 0)]


@pytest.mark.usefixtures("shop")
def test_refunds_of_a_replaced_order_follow_their_lines(load, read, line, refund):
    load(refunds=[refund("R1", "O1", "a"), refund("R1", "O1", "b", amount=900)])
    load(
        order_lines=[
            line("O1", "c"),
            line("O1", "b", product_id="P9"),
            line("O1", "a", quantity=3),
        ]
    )
    assert read(STORED) == [("R1", "a", "P1", 1, 1000, 0), ("R1", "b", "P9", 1, 900, 0)]


@pytest.mark.usefixtures("shop")
def test_order_and_refund_may_be_replaced_together(load, read, line, refund):
    load(refunds=[refund("R1", "O1", "b", amount=900), refund("R2", "O1", "a")])
    load(
        order_lines=[line("O1", "a", quantity=2)],
        refunds=[refund("R1", "O1", "a")],
    )
    assert [row[:2] for row in read(STORED)] == [("R1", "a"), ("R2", "a")]


@pytest.mark.usefixtures("shop")
def test_a_line_with_refunds_must_not_vanish(load, read, line, refund):
    load(refunds=[refund("R1", "O1", "b", amount=900)])
    with pytest.raises(RefundedLineVanishedError) as raised:
        load(order_lines=[line("O1", "a")])
    assert raised.value.faults == (Fault(("R1", "O1", "b"), None),)
    assert len(read("SELECT FROM order_lines")) == 4


@pytest.mark.usefixtures("shop")
def test_a_replaced_order_must_still_carry_its_refunds(load, line, refund):
    load(refunds=[refund("R1", "O1", "a", quantity=3, amount=2700)])
    with pytest.raises(RefundTooLargeError):
        load(order_lines=[line("O1", "a", quantity=2)])
    with pytest.raises(RefundOfUnpaidOrderError):
        load(order_lines=[line("O1", "a", quantity=3, paid_at=None)])
    with pytest.raises(RefundBeforePaymentError):
        load(order_lines=[line("O1", "a", quantity=3, paid_at=datetime(2026, 4, 1, tzinfo=UTC))])


@pytest.mark.usefixtures("shop")
def test_the_cancellation_of_an_order_never_paid_is_no_event(load, read, refund):
    summary = load(refunds=[refund("R1", "O3", "a", kind="cancel")])
    assert (summary.refunds, summary.cancellations_without_payment) == (0, 1)
    assert (summary.first_at, summary.last_at) == (None, None)
    assert read(STORED) == []


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("row", "given", "error"),
    [
        (("R1", "O9", "a"), {}, UnknownOrderError),
        (("R1", "O1", "z"), {}, UnknownLineError),
        (("R1", "O3", "a"), {}, RefundOfUnpaidOrderError),
        (("R1", "O1", "a"), {"processed_at": BEFORE}, RefundBeforePaymentError),
        (("R1", "O1", "a"), {"processed_at": BEFORE, "kind": "cancel"}, RefundBeforePaymentError),
        (("R1", "O1", "a"), {"quantity": 4}, RefundTooLargeError),
        (("R1", "O1", "a"), {"amount": 2701}, RefundTooLargeError),
        (("R1", "O1", None), {"quantity": 0, "amount": 0, "shipping": 501}, RefundTooLargeError),
        (("R1", "O1", "a"), {"tax": 101}, RefundTooLargeError),
        (("R1", "O1", None), {"quantity": 1, "amount": 0}, InvalidAmountError),
        (("R1", "O1", "a"), {"amount": -1}, InvalidAmountError),
    ],
)
def test_a_refund_that_cannot_be_is_named(load, read, refund, row, given, error):
    with pytest.raises(error) as raised:
        load(refunds=[refund(*row, **given)])
    assert raised.value.table == "refunds"
    assert raised.value.faults[0].position == 1
    assert raised.value.faults[0].ids[:2] == row[:2]
    assert read(STORED) == []


@pytest.mark.usefixtures("shop")
def test_refunds_add_up_against_what_was_sold(load, refund):
    load(refunds=[refund("R1", "O1", "a", quantity=2, amount=1800)])
    load(refunds=[refund("R2", "O1", "a", quantity=1, amount=900)])
    with pytest.raises(RefundTooLargeError):
        load(refunds=[refund("R3", "O1", "a", quantity=0, amount=1)])


@pytest.mark.usefixtures("shop")
def test_one_input_does_not_say_a_refund_twice(load, refund):
    with pytest.raises(DuplicateRowError):
        load(refunds=[refund("R1", "O1", "a"), refund("R1", "O1", "a")])
    nothing = {"quantity": 0, "amount": 0}
    with pytest.raises(DuplicateRowError):
        load(refunds=[refund("R1", "O1", None, **nothing), refund("R1", "O1", None, **nothing)])
    with pytest.raises(ContradictingRowError):
        load(refunds=[refund("R1", "O1", "a"), refund("R1", "O1", "b", amount=9, kind="cancel")])
