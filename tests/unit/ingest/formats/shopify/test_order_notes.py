"""What is said of a Shopify order is true of it, and said once."""

from contextlib import closing
from fractions import Fraction

import pytest
from tests.unit.ingest.formats.shopify.shopify_shop import COLUMNS, Line, Sold, export, rows

from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats.shopify.reader import ShopifyExport

A, B = Line("A", "A", 1, 10_000), Line("B", "B", 1, 5_000)
CARD = Line("Gift card", "", 1, 5_000)
ALL = [*COLUMNS, "Presentment Currency", "Tax 1 Name", "Tax 1 Value"]
BEYOND = "Discount Amount is more than Subtotal and Shipping show"
ON_ALL = "does not say which lines a discount on the order was for"


def read(order, *, cards=True, **cells):
    """The lines of an order and what is said of it; ``cells`` are its first row's."""
    written = rows(order, "#1")
    written[0] |= {name.replace("_", " "): cell for name, cell in cells.items()}
    faults, notes = Faults(50), Notes("EUR")
    with closing(ShopifyExport("EUR", faults, notes, gift_cards_are_sales=cards)) as reader:
        lines = list(reader.order_lines("export.csv", [export(written, ALL).encode()]))
    assert faults.found == []
    return lines, "\n".join(notes.lines())


@pytest.mark.parametrize("status", ["voided", "pending", "bezahlt"])
def test_of_cards_alone_it_is_not_said_that_they_are_taken_as_paid(status):
    lines, said = read(Sold((CARD,)), cards=False, Financial_Status=status)
    assert lines[0].paid_at is None
    assert "kept as one that was not paid" in said
    assert "taken as paid" not in said
    assert "taken as paid" in read(Sold((A,)), cards=False, Financial_Status=status)[1]


def test_a_discount_of_all_that_the_lines_cost_is_on_each_of_them():
    assert ON_ALL not in read(Sold((A, B), code=15_000))[1]
    assert ON_ALL in read(Sold((A, B), code=14_999))[1]


def test_a_line_discount_that_is_taken_as_the_orders_is_said_once():
    order = Sold((A, Line("B", "B", 1, 5_000, 1_000)))
    _, said = read(order, Subtotal="145.00", Total="145.00", Discount_Amount="5.00")
    assert "Lineitem discount is more than Subtotal shows" in said
    assert ON_ALL not in said


def test_a_rounding_of_another_currency_is_no_discount_beyond_what_is_shown():
    order = Sold((A, B), code=1_000)
    for cells, said in (
        ({"Discount_Amount": "10.01", "Presentment_Currency": "USD"}, False),
        ({"Discount_Amount": "10.05", "Presentment_Currency": "USD"}, True),
        ({"Discount_Amount": "10.01", "Presentment_Currency": "EUR"}, True),
        ({"Discount_Amount": "10.01"}, True),
    ):
        assert (BEYOND in read(order, **cells)[1]) == said


def test_where_nothing_explains_the_total_no_discount_is_said_to_be_beyond():
    _, said = read(Sold((A,)), Total="77.00", Discount_Amount="500.00")
    assert "Total is not what lines" in said
    assert BEYOND not in said


@pytest.mark.parametrize("status", ["Partially-Refunded", "partially-paid", "partially - paid"])
def test_a_state_spelt_with_hyphens_is_known(status):
    lines, said = read(Sold((A,)), Financial_Status=status, Paid_at="", Refunded_Amount="5.00")
    assert lines[0].paid_at is not None
    assert "not one of Shopify's own" not in said


def test_goods_given_away_beside_a_taxed_shipping_tell_where_the_tax_is():
    order = Sold((A,), shipping=1_190, code=10_000, rate=Fraction(19, 100), tax_included=True)
    cells = {"Tax_1_Name": "VAT 19%", "Tax_1_Value": "1.90"}
    assert "nothing was paid for the goods" not in read(order, **cells)[1]


@pytest.mark.parametrize(
    ("method", "test"),
    [
        ("Przelew Bogusław Kowalski", False),
        ("Bogusz Pay", False),
        ("bogus_gateway", True),
        ("Gift Card + BOGUS", True),
        ("(for testing) Bogus Gateway", True),
    ],
)
def test_a_test_order_is_known_by_the_word(method, test):
    assert (read(Sold((A,)), Payment_Method=method)[0] == []) == test
