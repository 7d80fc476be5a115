"""Stripe's reports in the ledger: what is sold and what went back, to the minor unit."""

from itertools import permutations

import pytest
from tests.unit.ingest.formats.stripe.test_reader import BALANCE, PAYMENTS, payment, row, written

from ingest.formats.detect import format_of
from ingest.import_files import FileKind, ImportFile, import_files

SALES = "SELECT sum(gross), sum(returns), sum(shipping), sum(tax) FROM ledger"


@pytest.fixture
def bring(service_engine, tenant_id):
    def run(fields, *rows):
        layout, file = format_of(ImportFile("report.csv", [written(fields, rows)]))
        return import_files(service_engine, tenant_id, {FileKind.ORDERS: file}, layout=layout)

    return run


def test_charges_and_what_went_back_reach_the_ledger_once(bring, read):
    rows = [
        row(1),
        row(2, "refund", "-4.00"),
        row(3, "refund", "-6.00"),
        row(4, gross="25.50", charge="ch_2"),
        row(5, "dispute", "-5.50", "ch_2"),
        row(6, "payout", "-20.00", "po_1"),
        row(7, "refund", "-5.00", "ch_0"),
    ]
    for _ in range(2):
        imported = bring(BALANCE, *rows)
        assert imported.reconciled.orders == 2
        assert read(SALES) == [(3550, 1550, 0, 0)]


def test_payments_reach_the_ledger(bring, read):
    bring(PAYMENTS, payment(), payment(id="ch_2", **{"Amount Refunded": "3.00"}))
    assert read(SALES) == [(2000, 300, 0, 0)]


def test_a_payment_paid_back_in_part_and_disputed_reaches_the_ledger(bring, read):
    cells = {"Amount Refunded": "2.00", "Dispute Status": "lost", "Disputed Amount": "8.00"}
    columns = [*PAYMENTS, *(each for each in ("Disputed Amount",) if each not in PAYMENTS)]
    bring(columns, payment(**cells, **{"Converted Amount Refunded": "2.00"}))
    assert read("SELECT amount FROM refunds ORDER BY amount") == [(200,), (800,)]


def test_a_dispute_of_no_known_amount_is_a_gap_beside_a_refund_that_is_known(bring, read):
    cells = {
        "Currency": "usd", "Amount": "12.00", "Amount Refunded": "2.00",
        "Converted Amount": "10.50", "Converted Amount Refunded": "1.70",
        "Dispute Status": "lost", "Disputed Amount": "4.00",
    }  # fmt: skip
    for _ in range(2):
        bring(PAYMENTS, payment(**cells))
        kinds = read("SELECT kind FROM data_gaps WHERE kind = 'refunds-not-known'")
        assert kinds == [("refunds-not-known",)]
        assert read("SELECT amount FROM refunds") == [(170,)]


def test_what_went_back_may_stand_anywhere_among_other_charges(bring, read):
    rows = [
        row(1),
        row(2, gross="25.50", charge="ch_2"),
        row(3, "refund", "-4.00", "ch_2"),
        row(4, "refund", "-3.00"),
        row(5, "dispute", "-5.50", "ch_2"),
    ]
    for shuffled in permutations(rows):
        bring(BALANCE, *shuffled)
        assert read(SALES) == [(3550, 1250, 0, 0)]


def test_a_payment_paid_back_in_part_and_disputed_for_the_rest_leaves_nothing(bring, read):
    disputed = {"Disputed Amount": "7.00", "Dispute Status": "lost"}
    bring(PAYMENTS, payment(**{"Amount Refunded": "3.00"} | disputed), payment(id="ch_2"))
    assert read(SALES) == [(2000, 1000, 0, 0)]


def test_a_dispute_that_was_won_in_a_later_export_takes_nothing_back(bring, read):
    disputed = {"Status": "Disputed", "Disputed Amount": "10.00"}
    bring(PAYMENTS, payment(**disputed, **{"Dispute Status": "lost"}), payment(id="ch_2"))
    assert read(SALES) == [(2000, 1000, 0, 0)]
    bring(PAYMENTS, payment(**disputed, **{"Dispute Status": "won"}), payment(id="ch_2"))
    assert read(SALES) == [(2000, 0, 0, 0)]


def test_a_refund_that_the_status_alone_tells_is_a_gap_until_refunds_bring_it(
    bring, read, service_engine, tenant_id
):
    def open_gaps():
        return read(
            "SELECT order_id FROM data_gaps"
            " WHERE kind = 'refunds-not-known' AND amount IS DISTINCT FROM 0 ORDER BY 1"
        )

    whole = payment(Status="Refunded")
    bring(PAYMENTS, whole, payment(id="ch_2", Status="Partially refunded"), payment(id="ch_3"))
    assert open_gaps() == [("ch_1",), ("ch_2",)]
    refunds = (
        b"refund_id,order_id,line_id,processed_at,quantity,amount\n"
        b"r1,ch_1,1,2026-03-05T10:00:00Z,1,10.00\n"
        b"r2,ch_2,1,2026-03-05T10:00:00Z,0,2.50\n"
    )
    file = ImportFile("refunds.csv", [refunds])
    import_files(service_engine, tenant_id, {FileKind.REFUNDS: file})
    assert open_gaps() == []
    bring(PAYMENTS, whole)
    assert open_gaps() == []
    assert read(SALES) == [(3000, 1250, 0, 0)]


def test_a_row_of_nothing_brings_no_refund_that_the_status_tells(bring, read):
    """The dispute was won, which has a row of nothing: of the refund still nothing is known."""
    cells = {"Status": "Partially refunded", "Amount Refunded": "", "Dispute Status": "won"}
    for _ in range(2):
        bring(PAYMENTS, payment(**cells))
        open_gaps = read("SELECT amount FROM data_gaps WHERE kind = 'refunds-not-known'")
        assert open_gaps == [(None,)]


def test_a_refund_that_failed_before_a_dispute_was_lost_refuses_no_later_export(bring, read):
    bring(PAYMENTS, payment(**{"Amount Refunded": "10.00"}))
    lost = {"Dispute Status": "lost", "Disputed Amount": "10.00", "Amount Refunded": "0.00"}
    for _ in range(2):
        bring(PAYMENTS, payment(**lost))
        assert read(SALES) == [(1000, 1000, 0, 0)]


def test_a_payment_that_was_not_converted_is_a_gap_until_an_export_tells_it(bring, read):
    odd = {"id": "ch_2", "Currency": "usd", "Converted Amount": ""}
    gaps = "SELECT kind, order_id FROM data_gaps WHERE kind = 'sales-left-out'"
    bring(PAYMENTS, payment(), payment(**odd))
    assert (read(SALES), read(gaps)) == ([(1000, 0, 0, 0)], [("sales-left-out", "ch_2")])
    bring(PAYMENTS, payment(**odd | {"Converted Amount": "9.20"}))
    assert (read(SALES), read(gaps)) == ([(1920, 0, 0, 0)], [])


@pytest.mark.parametrize("back", ["0.00", "4.00", "10.00"])
@pytest.mark.parametrize("told_by", ["payments", "balance"])
def test_a_payment_that_another_import_told_is_left_out_of_none(bring, read, back, told_by):
    """What came back of its 9.20 is not told in the shop's currency: nothing, or a gap."""
    odd = {"id": "ch_2", "Currency": "usd", "Converted Amount": "", "Amount Refunded": back}
    if told_by == "balance":
        bring(BALANCE, row(1, gross="9.20", charge="ch_2"))
    else:
        bring(PAYMENTS, payment(**odd | {"Converted Amount": "9.20", "Amount Refunded": "0.00"}))
    for _ in range(2):
        bring(PAYMENTS, payment(), payment(**odd))
        assert read("SELECT sum(gross) FROM ledger") == [(1920,)]
        open_gaps = read(
            "SELECT kind, order_id, stated FROM data_gaps"
            " WHERE kind IN ('sales-left-out', 'refunds-not-known')"
        )
        whole = int(back == "10.00")
        assert open_gaps == ([] if back == "0.00" else [("refunds-not-known", "ch_2", whole)])
    bring(BALANCE, row(1, gross="9.20", charge="ch_2"), row(2, "refund", "-9.20", "ch_2"))
    assert read("SELECT kind FROM data_gaps WHERE kind = 'refunds-not-known' AND amount > 0") == []


def test_a_payment_that_nobody_told_waits_for_no_refund(bring, read):
    odd = {"id": "ch_2", "Currency": "usd", "Converted Amount": "", "Amount Refunded": "10.00"}
    bring(PAYMENTS, payment(), payment(**odd))
    kinds = "SELECT kind FROM data_gaps WHERE order_id = 'ch_2'"
    assert read(kinds) == [("sales-left-out",)]
