"""States of orders in the words of the admin: what was not sold counts in no language as sold."""

import unicodedata

import pytest
from tests.unit.ingest.formats.woocommerce.test_reader import Read
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import (
    Line,
    Sold,
    export_items,
    export_rows,
)

from common.i18n.locales import LANGUAGES
from ingest.formats.detect import format_of
from ingest.formats.woocommerce.cell_values import SOLD, UNSOLD, status_of
from ingest.formats.woocommerce.state_words import BY_LANGUAGE, STATES
from ingest.sources import ImportFile

MUG = Sold((Line("Mug", "M-1", 1, 1000),))
NEEDED = frozenset(
    {"pending", "on-hold", "failed", "cancelled", "checkout-draft", "refunded", "completed"}
)


def test_every_language_of_reports_has_a_word_for_every_state():
    """English has WooCommerce's own names besides, which are no words of a language."""
    assert set(BY_LANGUAGE) == set(LANGUAGES)
    for language in set(LANGUAGES) - {"en"}:
        assert set(BY_LANGUAGE[language].values()) >= NEEDED, language


def test_no_word_means_one_state_here_and_another_there():
    words = [word for words in BY_LANGUAGE.values() for word in words.items()]
    assert len({word for word, _ in words}) == len(set(words))
    assert set(STATES.values()) <= SOLD | UNSOLD
    assert all(status_of(word.replace("-", " ").title()) == STATES[word] for word in STATES)


@pytest.mark.parametrize("state", ["Anulowane", "Malsucedido", "保留中", "בוטל", "已取消", "Szkic"])
def test_an_order_that_was_not_sold_is_none_in_any_language(state):
    for write, column in ((export_rows, "Order Status"), (export_items, "status")):
        found = Read(write({"1": MUG}, **{column: state}))
        assert found.lines == []
        assert found.says("no sale; left out")


UNKNOWN_STATES = ["Zrušeno", "Selhalo", "wc-quote-request", "abandoned", "Pre-ordered"]


def rows_with_payments(orders, *, paid, **cells):
    """As ``export_rows``, with a column of when each order was paid."""
    head, *rows = export_rows(orders, **cells).decode().splitlines()
    return "\n".join([f"{head},Paid Date", *(f"{row},{paid}" for row in rows)]).encode()


def items_with_payments(orders, *, paid, **cells):
    cells = {name.removeprefix("Order ").lower(): cell for name, cell in cells.items()}
    return export_items(orders, paid_date=paid, **cells)


WITH_PAYMENTS = pytest.mark.parametrize("write", [rows_with_payments, items_with_payments])


@WITH_PAYMENTS
@pytest.mark.parametrize("state", UNKNOWN_STATES)
def test_what_is_in_no_known_state_and_told_as_not_paid_was_not_sold(write, state):
    told = {"Order Status": state}
    assert Read(write({"1": MUG}, paid="2026-03-02 10:00:00", **told)).totals == {"1": 1000}
    found = Read(write({"1": MUG}, paid="", **told))
    assert found.lines == []
    assert found.says("the column or field of payments tells none of it")


@WITH_PAYMENTS
@pytest.mark.parametrize("state", ["Completed", "wc-processing", "Abgeschlossen"])
def test_what_is_in_a_state_of_what_was_sold_was_whatever_is_told_of_payments(write, state):
    assert Read(write({"1": MUG}, paid="", **{"Order Status": state})).totals == {"1": 1000}


def test_what_is_paid_when_it_comes_may_be_in_a_state_of_a_plugin_before_that():
    def read(method):
        cells = {"Order Status": "Shipped", "Payment Method Title": method}
        return Read(rows_with_payments({"1": MUG}, paid="", **cells))

    for method in ("cod", "Cash on delivery", "Per Nachnahme"):
        assert read(method).totals == {"1": 1000}
    assert read("Invoice").lines == []


def test_the_names_of_an_older_version_of_the_exporter_are_known():
    content = export_rows({"1": MUG}).replace(b"Item Name", b"Name")
    found = Read(content)
    assert (found.faults, found.totals) == ([], {"1": 1000})
    assert found.says("the column 'Name' was read as Item Name")
    recognised, _ = format_of(ImportFile("orders.csv", [content]))
    assert recognised.name == "woocommerce"


def test_a_name_beside_a_product_is_not_taken_for_the_items():
    content = export_rows({"1": MUG}).replace(b"Item Name", b"Name").replace(b"Item #", b"Product")
    found = Read(content)
    assert found.lines == []
    assert any("Item Name" in fault or "looks like" in fault for fault in found.faults)


def test_letters_of_two_characters_are_those_of_one():
    assert status_of(unicodedata.normalize("NFD", "Annulée")) == status_of("Annulée") in UNSOLD
