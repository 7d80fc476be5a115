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
