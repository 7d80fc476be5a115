"""What the dashboard's export of payments leaves out of a payment is said, by payment."""

import pytest
from tests.unit.ingest.formats.stripe.test_reader import PAYMENTS, Read, payment, payments, written

from common.reports.document.gaps import GapKind

NOT_KNOWN = GapKind.REFUNDS_NOT_KNOWN.value
DOLLARS = {
    "Currency": "usd",
    "Amount": "100.00",
    "Converted Amount": "92.00",
    "Refunded date (UTC)": "2026-03-04 10:00",
}


def said(found, words):
    return [note for note in found.notes if words in note]


def without(column, **cells):
    """An export that lacks a column."""
    fields = [each for each in (*PAYMENTS, "Refunded date (UTC)") if each != column]
    row = {name: cell for name, cell in payment(**cells).items() if name != column}
    return Read(written(fields, [row]))


def dated(**cells):
    return without("", **cells)


@pytest.mark.parametrize(
    ("back", "converted", "known"),
    [
        ("40.00", "", None),
        ("40.00", "0.00", None),
        ("-40.00", "", None),
        ("no amount", "", None),
        ("40.00", "36.00", 3600),
        ("100.00", "", 9200),
        ("100.00", "0.00", 9200),
        ("100.00", "91.00", 9100),
        ("0.00", "", 0),
        ("", "", 0),
        ("", "36.00", 3600),
        ("no amount", "36.00", 3600),
    ],
)
def test_a_refund_in_another_currency_is_known_or_said(back, converted, known):
    cells = {"Amount Refunded": back, "Converted Amount Refunded": converted}
    found = dated(**DOLLARS | cells)
    assert found.faults == []
    assert found.sold == {"ch_1": 9200}
    assert found.back == ([("ch_1", known, int(known == 9200))] if known else [])
    assert bool(said(found, "paid back in another currency")) == (known is None)
    assert found.gaps == ([(NOT_KNOWN, "ch_1", None)] if known is None else [])


def test_the_column_of_converted_refunds_is_said_where_payments_are_converted():
    column = "Converted Amount Refunded"
    found = without(column, **DOLLARS | {"Amount Refunded": "40.00"})
    assert said(found, f"there is no column {column}: ")
    assert said(found, "paid back in another currency")
    assert found.back == []
    assert not said(without(column, **{"Amount Refunded": "4.00"}), column)


@pytest.mark.parametrize(
    ("converted", "disputed", "back"),
    [("91.00", "0.00", [("ch_1", 9100, 0)]), ("94.00", "60.00", [("ch_1", 9200, 1)])],
)
def test_a_lost_dispute_takes_nothing_that_is_not_there(converted, disputed, back):
    """92.00 of 100.00 dollars were converted, and all of them refunded at another rate."""
    cells = {"Amount Refunded": "100.00", "Converted Amount Refunded": converted}
    lost = {"Disputed Amount": disputed, "Dispute Status": "lost"}
    assert dated(**DOLLARS | cells | lost).back == back


@pytest.mark.parametrize("currency", ["usd", "xxx"])
def test_a_lost_dispute_over_the_rest_takes_what_is_left_whatever_the_refund_was(currency):
    cells = {"Amount Refunded": "40.00", "Converted Amount Refunded": "", "Currency": currency}
    lost = {"Disputed Amount": "60.00", "Dispute Status": "lost"}
    found = dated(**DOLLARS | cells | lost)
    assert found.back == [("ch_1", 0, 0), ("ch_1", 9200, 1)]
    assert not said(found, "not known and was left out")


@pytest.mark.parametrize("amount", ["", "0.00", None])
def test_a_lost_dispute_of_no_amount_is_said(amount):
    cells = {"Dispute Status": "lost", "Status": "Disputed", "Amount Refunded": "4.00"}
    if amount is None:
        found = without("Disputed Amount", **cells)
    else:
        found = dated(**cells, **{"Disputed Amount": amount})
    assert found.back == [("ch_1", 400, 0)]
    assert len(said(found, "the export does not say over how much")) == 1
    assert (NOT_KNOWN, "ch_1", None) in found.gaps
    assert bool(said(found, "no column Disputed Amount")) == (amount is None)


def test_a_lost_dispute_of_no_amount_took_nothing_where_all_was_paid_back():
    found = dated(**{"Dispute Status": "lost", "Amount Refunded": "10.00"})
    assert found.back == [("ch_1", 1000, 1)]
    assert not said(found, "a dispute")


@pytest.mark.parametrize(
    ("status", "word", "remark"),
    [
        ("Disputed", "perdu", "its Dispute Status is 'perdu', which is not known"),
        ("Paid", "perdu", "its Dispute Status is 'perdu', which is not known"),
        ("Disputed", "", "the export does not say how it ended"),
        ("Disputed", "warning_closed", None),
        ("Disputed", "Charge refunded", None),
        ("Paid", "", None),
    ],
)
def test_a_dispute_whose_end_is_not_known_is_said(status, word, remark):
    found = payments(payment(Status=status, **{"Dispute Status": word}))
    assert found.back == []
    assert bool(said(found, remark or "ispute")) == (remark is not None)
    assert found.gaps == ([(NOT_KNOWN, "ch_1", None)] if remark else [])


def test_a_disputed_amount_without_a_state_is_said():
    found = without("Dispute Status", **{"Disputed Amount": "10.00"})
    assert said(found, "the export does not say how it ended")
    assert not said(without("Dispute Status", **{"Disputed Amount": "0.00"}), "how it ended")


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"Amount": ""}, "Amount", "is empty"),
        ({"Amount": "  "}, "Amount", "is empty"),
        (
            DOLLARS | {"Converted Amount": ""},
            "Converted Amount",
            "is empty: what was paid in EUR is not known",
        ),
    ],
)
def test_a_payment_without_an_amount_is_refused(cells, column, reason):
    found = dated(**cells)
    assert found.faults == [f"report.csv, line 2, {column}: '' {reason}"]
    assert not said(found, "a payment of nothing")


@pytest.mark.parametrize("currency", ["eur", ""])
def test_one_payment_that_was_not_converted_keeps_no_other_out(currency):
    """It is said by its id, and a known gap of its day."""
    odd = {"Currency": "usd", "Converted Amount": "", "Converted Currency": currency}
    found = payments(payment(), payment(id="ch_2", **odd), payment(id="ch_3"))
    assert found.faults == []
    assert found.sold == {"ch_1": 1000, "ch_3": 1000}
    assert found.gaps == [(GapKind.SALES_LEFT_OUT.value, "ch_2", None)]
    assert said(found, "1 order (ch_2): paid in another currency, and the export does not say")


def test_a_payment_of_nothing_in_another_currency_is_one_too():
    odd = {"Currency": "usd", "Amount": "0.00", "Converted Amount": "", "Converted Currency": ""}
    for others in ([payment()], []):
        found = payments(*others, payment(id="ch_2", **odd))
        assert (found.faults, found.gaps) == ([], [])
        assert said(found, "1 order (ch_2): a payment of nothing; left out")


@pytest.mark.parametrize(("back", "whole"), [("4.00", False), ("10.00", True)])
def test_what_was_paid_back_of_a_payment_that_is_left_out_is_said_to_the_ledger(back, whole):
    odd = {"Currency": "usd", "Converted Amount": "", "Converted Currency": ""}
    found = payments(payment(), payment(id="ch_2", **odd, **{"Amount Refunded": back}))
    assert found.untold == {"ch_2": whole}
    assert said(found, "it stays as another import told it, else it is left out")


def test_a_payment_of_nothing_and_one_below_it_are_said_apart():
    found = payments(payment(Amount="0.00"), payment(id="ch_2", Amount="-10.00"))
    assert found.sold == {}
    assert said(found, "1 order (ch_1): a payment of nothing; left out")
    (note,) = said(found, "its amount is below nothing")
    assert note.endswith("(-10.00 EUR)")
    assert found.reconciled.unexplained == (("ch_2", -1000),)


@pytest.mark.parametrize(("status", "whole"), [("Refunded", True), ("partially_refunded", False)])
@pytest.mark.parametrize("amount", ["", "0.00"])
def test_a_refund_that_the_status_alone_tells_is_said(status, whole, amount):
    found = payments(payment(Status=status, **{"Amount Refunded": amount}))
    assert found.sold == {"ch_1": 1000}
    assert found.back == []
    assert len(said(found, "its Status says that it was paid back")) == 1
    assert found.untold == {"ch_1": whole}


def test_a_status_beside_what_was_paid_back_says_nothing_more():
    found = payments(payment(Status="Refunded", **{"Amount Refunded": "10.00"}))
    assert not said(found, "its Status says")
    assert found.untold == {}


@pytest.mark.parametrize(
    ("word", "sold"),
    [
        *((word, True) for word in ("true", "WAHR", "VRAI", "1", "")),
        *((word, False) for word in ("false", "FALSCH", "FAUX", "FALSO", "0", "no")),
    ],
)
def test_whether_a_payment_was_captured_is_known_in_the_language_of_spreadsheets(word, sold):
    found = payments(payment(id="ch_0"), payment(Captured=word))
    assert ("ch_1" in found.sold) == sold
    assert bool(said(found, "authorised and not captured")) == (not sold)
    assert not said(found, "not known;")


@pytest.mark.parametrize(
    ("column", "word", "taken"),
    [
        ("Captured", "maybe", "taken as captured"),
        ("Mode", "Preview", "taken as live"),
        ("Status", "Bezahlt", "taken as paid"),
    ],
)
def test_a_word_that_is_not_known_is_said_by_name(column, word, taken):
    found = payments(payment(**{column: word}))
    assert found.sold == {"ch_1": 1000}
    named = f"1 order (ch_1): its {column} is {word.lower()!r}, which is not known; {taken}"
    assert named in found.notes


def test_of_many_words_that_are_not_known_some_are_named():
    found = payments(*(payment(id=f"ch_{n}", Status=f"state {n}") for n in range(12)))
    assert len(said(found, "which is not known; taken as paid")) == 10
    assert said(found, "2 orders (ch_10, ch_11): its Status is a further word that is not known")


@pytest.mark.parametrize("mode", ["Test mode", "TEST", "test_mode", "Sandbox"])
def test_the_test_mode_is_known_by_any_of_its_names(mode):
    found = payments(payment(id="ch_0", Mode="Live mode"), payment(Mode=mode))
    assert found.sold == {"ch_0": 1000}
    assert said(found, "1 order (ch_1): a payment of the test mode; left out")
    assert not said(found, "not known;")
