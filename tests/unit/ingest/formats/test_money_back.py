"""States that tell of money that came back, and not how much: none goes without a word."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.formats import platform as shopify
from tests.unit.ingest.formats import woocommerce_shop as woocommerce
from tests.unit.ingest.formats.test_stripe import payment, payments
from tests.unit.ingest.formats.test_woocommerce import Read

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats.money_back import MoneyBack, dispute_in, told_back
from ingest.formats.shopify.reader import ShopifyExport
from ingest.formats.woocommerce.cells import SOLD, status_of
from ingest.formats.woocommerce.state_words import STATES
from ingest.gaps import Gaps

WHOLE = ["Refunded", "Refund", "Full refund", "fully_refunded", "Refund issued", "Rückerstattet"]
PART = [
    "Partial refund", "partially-refunded", "PARTIALLY_REFUNDED", "Partly refunded",
    "Refunded (partial)", "Teilweise erstattet", "Teilerstattet", "Partiellement remboursée",
    "Parcialmente reembolsado", "Parzialmente rimborsato", "Gedeeltelijk terugbetaald",
    "Częściowo zwrócone", "一部返金済み", "部分退款",
]  # fmt: skip
NOT_BACK = ["Refund pending", "refund_requested", "Refund failed", "Not refunded", "Refundable"]
LOST = ["Dispute lost", "disputed_lost", "Disputed-Lost", "Chargeback lost", "Charged back"]
MUG = woocommerce.Sold((woocommerce.Line("Mug", "M-1", 1, 1000),))


@pytest.mark.parametrize("text", [*WHOLE, *PART])
def test_a_state_tells_whether_all_came_back_or_a_part(text):
    assert told_back(text) == MoneyBack(whole=text in WHOLE)


@pytest.mark.parametrize("text", [*NOT_BACK, "", None, "paid", "partially_paid", "on-hold"])
def test_what_has_not_come_back_is_none(text):
    assert told_back(text) is None


@given(
    words=st.sampled_from([("partially", "refunded"), ("partial", "refund"), ("refunded",)]),
    between=st.sampled_from([" ", "_", "-", "  ", " - "]),
    spell=st.sampled_from([str.lower, str.upper, str.title]),
)
def test_case_and_what_stands_between_words_decide_nothing(words, between, spell):
    assert told_back(spell(between.join(words))) == MoneyBack(whole=len(words) == 1)


def test_what_the_words_of_a_language_call_refunded_came_back():
    for word, state in STATES.items():
        assert (told_back(word) is not None) == (state == "refunded"), word


@pytest.mark.parametrize("status", [*WHOLE, *PART])
def test_a_payment_that_its_status_says_was_paid_back_is_a_known_gap(status):
    found = payments(payment(Status=status, **{"Amount Refunded": "0.00"}))
    assert found.sold == {"ch_1": 1000}
    assert found.untold == {"ch_1": status in WHOLE}
    assert not [note for note in found.notes if "not known; taken" in note]


@pytest.mark.parametrize("column", ["Status", "Dispute Status"])
@pytest.mark.parametrize("word", LOST)
def test_a_dispute_that_any_spelling_calls_lost_takes_what_it_was_over(column, word):
    found = payments(payment(**{column: word, "Disputed Amount": "4.00"}))
    assert found.back == [("ch_1", 400, 0)]
    unknown = payments(payment(**{column: word, "Disputed Amount": ""}))
    assert [gap[:2] for gap in unknown.gaps] == [("refunds-not-known", "ch_1")]
    assert [note for note in unknown.notes if "over how much" in note]


@pytest.mark.parametrize(
    ("status", "ended"),
    [("Dispute won", "won"), ("Dispute needs response", "needs_response"), ("Disputed", ""),
     ("Chargeback", ""), ("charged_back", "lost"), ("Paid", None)],
)  # fmt: skip
def test_a_status_tells_how_a_dispute_ended(status, ended):
    assert dispute_in(status) == ended


@pytest.mark.parametrize("status", [*WHOLE, *PART, "wc-partial-refunded"])
def test_an_order_of_woocommerce_that_its_state_says_was_paid_back_is_a_known_gap(status):
    assert status_of(status) == ("refunded" if status in WHOLE else "partially-refunded")
    found = Read(woocommerce.export_items({"1": MUG}, status=status))
    assert len(found.lines) == 1
    assert found.says("its state says that it was paid back")


def test_underscores_hide_no_state_of_woocommerce():
    assert status_of("On_Hold") == status_of("wc_on-hold") == "on-hold"
    assert status_of("Completed") in SOLD


@pytest.mark.parametrize("status", [*WHOLE, *PART])
def test_an_order_of_shopify_that_its_state_says_was_paid_back_is_a_known_gap(status):
    written = shopify.rows(shopify.Sold((shopify.Line("Mug", "M-1", 1, 1000),)), "#1")
    written[0] |= {"Financial Status": status, "Refunded Amount": "0.00"}
    notes, gaps = Notes("EUR"), Gaps()
    with closing(ShopifyExport("EUR", Faults(50), notes, gaps=gaps)) as reader:
        sold = list(reader.order_lines("export.csv", [shopify.export(written).encode()]))
        assert [(each.order_id, each.whole) for each in gaps.rows()] == [("#1", status in WHOLE)]
    assert sold[0].paid_at is not None
    assert not [note for note in notes.lines() if "not one of Shopify's own" in note]
