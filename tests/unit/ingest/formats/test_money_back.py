"""States that tell of money that came back, and not how much: none goes without a word."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.formats.shopify import shopify_shop as shopify
from tests.unit.ingest.formats.stripe.test_reader import payment, payments
from tests.unit.ingest.formats.woocommerce import woocommerce_shop as woocommerce
from tests.unit.ingest.formats.woocommerce.test_reader import Read

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats.money_back import MoneyBack, dispute_in, told_back
from ingest.formats.refund_words import BY_LANGUAGE
from ingest.formats.shopify.reader import ShopifyExport
from ingest.formats.woocommerce.cell_values import SOLD, status_of
from ingest.formats.woocommerce.state_words import BY_LANGUAGE as LANGUAGES
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
# Of each language: refunded, partially refunded, a refund requested, one that is pending, not
# refunded, cancelled and refunded.
OF_LANGUAGES = {
    "en": (
        "Refunded",
        "Partially refunded",
        "Refund requested",
        "Refund pending",
        "Not refunded",
        "Cancelled and refunded",
    ),
    "de": (
        "Rückerstattet",
        "Teilweise erstattet",
        "Erstattung angefragt",
        "Wird erstattet",
        "Noch nicht erstattet",
        "Storniert und erstattet",
    ),
    "fr": (
        "Remboursée",
        "Partiellement remboursée",
        "Remboursement demandé",
        "Remboursement en attente",
        "Pas encore remboursée",
        "Annulée et remboursée",
    ),
    "es": (
        "Reembolsado",
        "Parcialmente reembolsado",
        "Reembolso solicitado",
        "Reembolso pendiente",
        "No reembolsado",
        "Cancelado y reembolsado",
    ),
    "it": (
        "Rimborsato",
        "Parzialmente rimborsato",
        "Rimborso richiesto",
        "Rimborso in attesa",
        "Non ancora rimborsato",
        "Annullato e rimborsato",
    ),
    "nl": (
        "Terugbetaald",
        "Gedeeltelijk terugbetaald",
        "Terugbetaling aangevraagd",
        "Terugbetaling in behandeling",
        "Niet terugbetaald",
        "Geannuleerd en terugbetaald",
    ),
    "pl": (
        "Zwrócone",
        "Częściowo zwrócone",
        "Wniosek o zwrot środków",
        "Oczekiwanie na zwrot środków",
        "Nie zwrócone",
        "Anulowane i zwrócone",
    ),
    "pt": (
        "Reembolsado",
        "Parcialmente reembolsado",
        "Reembolso solicitado",
        "Aguardando reembolso",
        "Não foi reembolsado",
        "Cancelado e reembolsado",
    ),
    "ja": ("返金済み", "一部返金済み", "返金申請中", "返金待ち", "未返金", "キャンセル・返金済み"),
    "he": ("הוחזר", "הוחזר חלקית", "התבקש החזר", "ממתין להחזר", "לא הוחזר", "בוטל והוחזר"),
    "zh-Hans": ("已退款", "部分退款", "申请退款", "待退款", "未退款", "已取消并已退款"),
}
ALL, A_PART = MoneyBack(whole=True), MoneyBack(whole=False)
OF_SIX = (ALL, A_PART, None, None, None, ALL)
LOST = ["Dispute lost", "disputed_lost", "Disputed-Lost", "Chargeback lost", "Charged back"]
MUG = woocommerce.Sold((woocommerce.Line("Mug", "M-1", 1, 1000),))


@pytest.mark.parametrize("text", [*WHOLE, *PART])
def test_a_state_tells_whether_all_came_back_or_a_part(text):
    assert told_back(text) == MoneyBack(whole=text in WHOLE)


@pytest.mark.parametrize("text", [*NOT_BACK, "", None, "paid", "partially_paid", "on-hold"])
def test_what_has_not_come_back_is_none(text):
    assert told_back(text) is None


def test_each_language_tells_what_came_back_from_what_has_not():
    assert OF_LANGUAGES.keys() == BY_LANGUAGE.keys() == LANGUAGES.keys()
    for language, states in OF_LANGUAGES.items():
        assert tuple(map(told_back, states)) == OF_SIX, language


@pytest.mark.parametrize(
    "text",
    ["Canceled - refunded", "Refunded (cancelled)", "Refunded - not returned",
     "Refunded - no restock", "Refund declined then refunded", "Refunded by third party",
     "Refunded to partner", "Returned parcel - refunded", "Order cancelled, refund issued",
     "Rückerstattung", "Terugbetaling", "Remboursement effectué", "返金完了", "退款成功"],
)  # fmt: skip
def test_what_is_told_of_something_else_undoes_no_refund(text):
    assert told_back(text) == ALL


@pytest.mark.parametrize("word", ["total", "parcial", "部分", "全部"])
def test_words_that_languages_share_are_not_tried_in_all_ways(word):
    """It would not end: two ways of each are 2 ** 60 of sixty."""
    told = " ".join([word] * (180 // (len(word) + 1)))
    assert told_back(f"refund {told} x") is None
    assert told_back(f"not {told} refunded") is None


@pytest.mark.parametrize(
    "text",
    ["Teilerstattung", "Refund in part", "Rimborso in parte", "Reembolso parcial realizado",
     "Zwrot środków częściowy"],
)  # fmt: skip
def test_a_noun_tells_of_a_part(text):
    assert told_back(text) == A_PART


@pytest.mark.parametrize(
    "text",
    ["Refund approved", "Refund due", "Refund under review", "To be refunded", "No refund issued",
     "hasn't been refunded", "Being refunded", "money back guarantee", "À rembourser",
     "Da rimborsare", "muss noch erstattet werden", "返金不可", "返金なし", "退款中", "退款失败",
     "拒绝退款", "无退款", "Przesyłka zwrócona", "Zwrócono przesyłkę"],
)  # fmt: skip
def test_what_is_not_finished_or_of_goods_is_none(text):
    assert told_back(text) is None


@given(
    done=st.sampled_from([states[0] for states in OF_LANGUAGES.values()]),
    beside=st.sampled_from(["cancelled", "not returned", "no restock", "pending", "7", "xyz"]),
    between=st.sampled_from([" - ", " / ", ", "]),
)
def test_what_stands_behind_or_apart_denies_nothing(done, beside, between):
    assert told_back(f"{done}{between}{beside}") == told_back(f"{beside} 1{between}{done}") == ALL


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


@pytest.mark.parametrize("word", ["Not disputed", "No dispute", "never been disputed"])
def test_a_dispute_that_is_denied_is_none(word):
    assert dispute_in(word) is None
    assert not payments(payment(Status=word)).gaps
    assert not payments(payment(**{"Dispute Status": word})).gaps


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
