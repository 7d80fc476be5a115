"""An order's sums are found back to the minor unit, and what nothing explains stays apart."""

from contextlib import closing
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.formats.shopify.shopify_shop import COLUMNS, Line, Sold, export, orders, rows

from common.reports.money import currency_exponent
from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats.shopify.net_amounts import amounts_of, refund_of
from ingest.formats.shopify.reader import ShopifyExport
from ingest.formats.shopify.reconcile import Goods, Sums


def read(content, currency="EUR"):
    """The lines by order, the refunds, what is said, and the reconciliation."""
    faults, notes = Faults(50), Notes(currency)
    with closing(ShopifyExport(currency, faults, notes)) as reader:
        lines = list(reader.order_lines("export.csv", [content.encode()]))
        back = list(reader.refunds_of_orders())
    assert faults.found == []
    return lines, back, notes.lines(), reader.reconciliation.result()


def net(lines):
    value = sum(line.unit_price * line.quantity + line.remainder for line in lines)
    return value - sum(line.line_discount for line in lines) - lines[0].order_discount


def gross_and_off(lines):
    gross = sum(line.unit_price * line.quantity + line.remainder for line in lines)
    return gross, gross - net(lines)


@given(order=orders(), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_every_order_comes_to_the_files_total(order, currency):
    content = export(rows(order, "#1", currency_exponent(currency), currency))
    lines, back, _, found = read(content, currency)
    assert (found.orders, found.unexplained_orders) == (1, 0)
    assert (found.tips, found.duties) == (order.tip, order.duties)
    head = lines[0]
    assert net(lines) + head.shipping + head.tax + order.tip + order.duties == order.total
    assert len(lines) == len(order.lines)
    assert all(0 <= line.remainder < line.quantity for line in lines)
    assert all(line.line_discount >= 0 for line in lines)
    given_back = sum(row.amount + row.shipping + row.tax for row in back)
    kept_out = order.tip + order.duties
    assert order.refunded - kept_out <= given_back <= order.refunded
    if order.refunded == order.total:
        assert given_back == order.sales
        assert sum(row.amount for row in back) == net(lines)


@given(order=orders())
def test_discounts_are_those_that_were_given(order):
    lines, *_ = read(export(rows(order, "#1")))
    taken = order.discounts - order.off_shipping
    gross, off = gross_and_off(lines)
    if order.tax_included and order.taxes:
        assert (off == 0) == (taken == 0) or order.subtotal == 0 or off < taken
        assert taken or gross == net(lines)
    else:
        assert off == taken
        assert net(lines) == order.subtotal
        assert lines[0].shipping == order.shipping - order.off_shipping


@given(
    order=orders(),
    change=st.sampled_from(["Subtotal", "Total", "Lineitem price"]),
    by=st.integers(1, 900_000),
)
def test_what_nothing_explains_is_told_with_its_amount(order, change, by):
    """An order that does not add up has the lines and discounts that it names, and no others."""
    written = rows(order, "#1")
    place = len(written) - 1 if change == "Lineitem price" else 0
    cell = written[place][change]
    written[place][change] = f"{(int(cell.replace('.', '')) + by) / 100:.2f}"
    lines, _, notes, found = read(export(written))
    if not lines:
        return
    head = lines[0]
    total = int(written[0]["Total"].replace(".", ""))
    counted = net(lines) + head.shipping + head.tax + found.tips + found.duties
    assert counted + found.unexplained_amount == total
    told = sum(line.discount for line in order.lines) if order.told_by_line else 0
    assert gross_and_off(lines)[1] <= order.discounts + told
    if found.unexplained_amount:
        assert found.unexplained == (("#1", total - counted),)
        assert any("#1" in note and "Total is not what" in note for note in notes)


@given(
    prices=st.lists(st.integers(1, 9_999), min_size=2, max_size=5),
    shipping=st.sampled_from([0, 490]),
    rate=st.sampled_from([Fraction(0), Fraction(19, 100)]),
    data=st.data(),
)
def test_a_line_that_is_missing_is_no_smaller_discount_without_a_word(prices, shipping, rate, data):
    """Lines less discounts are not what was charged then: it is listed, or what is beyond said."""
    sold = tuple(Line(f"Thing {n}", f"T-{n}", 1, price) for n, price in enumerate(prices))
    code = data.draw(st.integers(0, sum(prices)))
    *kept, _ = rows(Sold(sold, shipping, code, rate=rate), "#1")
    lines, _, notes, found = read(export(kept))
    gross, off = gross_and_off(lines)
    assert gross == sum(prices[:-1])
    assert off <= code
    assert found.unexplained or any(
        "Discount Amount is more than Subtotal and Shipping show" in note for note in notes
    )


def test_what_discounts_are_told_beyond_what_was_taken_off_is_said_with_its_amount():
    words = "Discount Amount is more than Subtotal and Shipping show"
    for cells, amount in (
        ({"Discount Amount": "15.00"}, "5.00 EUR"),
        ({"Discount Amount": "15.00", "Shipping": "0.00", "Total": "90.00"}, "5.00 EUR"),
        ({}, None),
        ({"Total": "91.00", "Discount Amount": "15.00"}, None),
    ):
        written = rows(Sold((LAMP,), shipping=700, code=1000), "#1")
        written[0] |= cells
        lines, _, notes, found = read(export(written))
        assert gross_and_off(lines) == (10_000, 1_000)
        said = [note for note in notes if words in note]
        assert [amount in note for note in said] == ([True] if amount else [])
        assert bool(found.unexplained) == (cells.get("Total") == "91.00")


@pytest.mark.parametrize("status", ["refunded", "partially_refunded"])
@pytest.mark.parametrize("cancelled", ["", "2026-03-04 09:00:00 +0100"])
def test_a_refund_that_the_state_alone_tells_of_is_said(status, cancelled):
    words = "its state says that it was paid back, and Refunded Amount not how much"
    cells = {"Financial Status": status, "Cancelled at": cancelled}
    written = rows(Sold((LAMP,)), "#1")
    written[0] |= cells
    _, back, notes, _ = read(export(written))
    assert back == []
    assert [words in note for note in notes] == [True]
    for changed in (
        {"Refunded Amount": "1.00"},
        {"Financial Status": "paid"},
        {"Subtotal": "0.00", "Total": "0.00", "Discount Amount": "100.00"},
    ):
        written[0] |= cells | {"Refunded Amount": "0.00"} | changed
        assert not any(words in note for note in read(export(written))[2])
    written[0] |= cells | {"Subtotal": "100.00", "Total": "100.00", "Discount Amount": "0.00"}
    assert any(words in note for note in read(export(written))[2])
    without = [column for column in COLUMNS if column != "Refunded Amount"]
    assert not any(words in note for note in read(export(written, without))[2])


@pytest.mark.parametrize("status", ["voided", "pending", "authorized"])
def test_a_payment_that_the_state_denies_is_said(status):
    words = "taken as paid"
    written = rows(Sold((LAMP,)), "#1")
    written[0]["Financial Status"] = status
    (line,), _, notes, _ = read(export(written))
    assert line.paid_at is not None
    assert [words in note for note in notes] == [True]
    written[0] |= {"Paid at": "", "Cancelled at": "2026-03-04 09:00:00 +0100"}
    (line,), _, notes, _ = read(export(written))
    assert (line.paid_at, notes) == (None, ())


@pytest.mark.parametrize("cell", ["blank", "missing"])
@pytest.mark.parametrize(
    ("name", "included", "counted"),
    [("VAT 19%", True, 10_000), ("VAT 19%", False, 11_900), ("VAT", True, 11_597)],
)
def test_without_a_total_the_rate_tells_whether_prices_include_the_tax(
    cell, name, included, counted
):
    written = rows(Sold((LAMP,), rate=Fraction(19, 100), tax_included=included), "#1")
    written[0] |= {"Total": "", "Tax 1 Name": name, "Tax 1 Value": written[0]["Taxes"]}
    columns = [*COLUMNS, "Tax 1 Name", "Tax 1 Value"]
    if cell == "missing":
        columns.remove("Total")
    lines, _, notes, _ = read(export(written, columns))
    assert net(lines) + lines[0].shipping + lines[0].tax == counted
    assert any("there is no Total to tell" in note for note in notes) == (name == "VAT")
    written[0]["Lineitem price"] = "1.00"  # less than the tax: it is in no price of the order
    assert read(export(written, columns))[3].unexplained_amount >= 0


@pytest.mark.parametrize("cancelled", ["", "2026-03-04 09:00:00 +0100"])
def test_what_was_paid_back_of_an_order_that_is_not_paid_is_said(cancelled):
    written = rows(Sold((LAMP,)), "#1")
    written[0] |= {"Financial Status": "voided", "Paid at": "", "Refunded Amount": "5.00"}
    written[0]["Cancelled at"] = cancelled
    (line,), back, (note,), _ = read(export(written))
    assert line.paid_at is None
    assert {row.kind for row in back} == ({"cancel"} if cancelled else set()), "no event"
    assert "has a Refunded Amount and is no sale; nothing was taken back (5.00 EUR)" in note


@pytest.mark.parametrize("status", ["Partially Refunded", "PAID", "partially  paid"])
def test_a_state_is_known_however_it_is_spelt(status):
    written = rows(Sold((LAMP,)), "#1")
    written[0] |= {"Financial Status": status, "Paid at": "", "Refunded Amount": "1.00"}
    (line,), _, notes, _ = read(export(written))
    assert line.paid_at is not None
    assert not any("is not one of Shopify's own" in note for note in notes)


@pytest.mark.parametrize("paid_at", ["", "2026-03-01 10:22:33 +0100"])
def test_a_state_of_no_known_kind_is_said(paid_at):
    written = rows(Sold((LAMP,)), "#1")
    written[0] |= {"Financial Status": "bezahlt", "Paid at": paid_at}
    (line,), _, (note,), _ = read(export(written))
    assert (line.paid_at is not None) == bool(paid_at)
    assert "its Financial Status is not one of Shopify's own" in note


@pytest.mark.parametrize("column", ["Payment Method", "Outstanding Balance", "Refunded Amount"])
def test_a_column_whose_lack_changes_what_counts_is_said_to_be_missing(column):
    written = rows(Sold((LAMP,)), "#1")
    without = [each for each in COLUMNS if each != column]
    assert any(
        note.startswith(f"there is no column {column}: ")
        for note in read(export(written, without))[2]
    )
    assert read(export(written))[2] == ()


MUG = Line("Mug", "MUG", 1, 2000)
LAMP = Line("Lamp", "LAMP", 1, 10_000)


def test_a_product_called_tip_is_a_product():
    for sku in ("", "TIP-1"):
        order = Sold((LAMP, Line("Tip", sku, 1, 500)), shipping=700, code=1000)
        lines, _, _, found = read(export(rows(order, "#1")))
        assert ([line.product_title for line in lines], found.tips) == (["Lamp", "Tip"], 0)
        assert (net(lines), lines[0].order_discount, lines[0].shipping) == (9500, 1000, 700)


def test_a_tip_by_any_name_is_a_line_that_subtotal_does_not_count():
    written = rows(Sold((LAMP,), tip=500), "#1")
    written[1]["Lineitem name"] = "Für das Team"
    lines, _, notes, found = read(export(written))
    assert (found.tips, net(lines), len(lines)) == (500, 10_000, 1)
    assert any("tips are no sales" in note and "5.00 EUR" in note for note in notes)


def test_free_shipping_is_off_the_shipping_beside_a_product_discount():
    order = Sold((LAMP,), shipping=1000, code=1000, off_shipping=1000)
    for included in (False, True):
        taxed = Sold(**{n: getattr(order, n) for n in Sold.__slots__} | {"tax_included": included})
        lines, *_ = read(export(rows(taxed, "#1")))
        assert (net(lines), lines[0].order_discount, lines[0].shipping) == (9000, 1000, 0)


def test_what_was_paid_in_another_currency_is_said_and_taken_in_the_shops():
    written = rows(Sold((LAMP,)), "#1")
    written[0]["Presentment Currency"] = "USD"
    (line,), _, notes, _ = read(export(written, [*COLUMNS, "Presentment Currency"]))
    assert (line.unit_price, len(notes)) == (10_000, 1)
    assert "paid in another currency" in notes[0]


def test_a_discount_on_the_order_is_said_to_be_on_all_of_its_lines():
    words = "does not say which lines a discount on the order was for"
    free = Line("Sample", "S", 1, 0)
    for order, said in (
        (Sold((LAMP, MUG), code=600), True),
        (Sold((LAMP, MUG), code=600, tax_included=True, rate=Fraction(19, 100)), True),
        (Sold((LAMP, Line("Mug", "MUG", 1, 2000, 600))), False),
        (Sold((LAMP, free), code=600), False),
        (Sold((LAMP, MUG), shipping=700, off_shipping=700), False),
    ):
        _, _, notes, _ = read(export(rows(order, "#1")))
        assert any(words in note for note in notes) == said


def test_goods_given_away_by_a_shop_that_charges_tax_are_said():
    words = "nothing was paid for the goods"
    columns = [*COLUMNS, "Tax 1 Name", "Tax 1 Value", "Lineitem taxable"]
    untaxed = Sold((LAMP,), code=10_000)
    for order, tax, said in (
        (Sold((LAMP,), code=10_000), "VAT 19%", True),
        (Sold((LAMP,), code=10_000), "", False),
        (untaxed, "VAT 19%", False),
        (Sold((LAMP,), code=9_000, rate=Fraction(19, 100)), "VAT 19%", False),
        (Sold((Line("Sample", "S", 1, 0),)), "VAT 19%", False),
    ):
        written = rows(order, "#1")
        written[0] |= {"Tax 1 Name": tax, "Tax 1 Value": written[0]["Taxes"] if tax else ""}
        written[0]["Lineitem taxable"] = "false" if order is untaxed else "true"
        _, _, notes, _ = read(export(written, columns))
        assert any(words in note for note in notes) == said


def test_a_gift_cards_part_of_a_discount_on_the_order_is_said():
    """The platform takes a code off cards that it names alone: goods may bear all of it."""
    words = "does not say whether a discount on the order was for its gift cards too"
    card = Line("Gift card", "", 1, 5000)
    for order, said in (
        (Sold((LAMP, card), code=3000), "10.00 EUR"),
        (Sold((LAMP, card)), ""),
        (Sold((LAMP, Line("Gift card", "", 1, 5000, 500))), ""),
        (Sold((card,), code=500), ""),
    ):
        content = export(rows(order, "#1"))
        faults, notes = Faults(50), Notes("EUR")
        with closing(ShopifyExport("EUR", faults, notes, gift_cards_are_sales=False)) as reader:
            list(reader.order_lines("export.csv", [content.encode()]))
        found = [note for note in notes.lines() if words in note]
        assert [said in note for note in found] == ([True] if said else [])


def test_a_gift_card_sold_is_said():
    (line,), _, notes, _ = read(export(rows(Sold((Line("Gift card", "", 1, 5000),)), "#1")))
    assert line.unit_price == 5000
    assert "a gift card was sold" in notes[0]


def test_what_is_not_settled_is_never_called_paid():
    written = rows(Sold((LAMP,)), "#1")
    written[0] |= {"Financial Status": "partially_paid", "Paid at": ""}
    written[0]["Outstanding Balance"] = "70.00"
    (line,), _, notes, _ = read(export(written))
    assert line.paid_at == line.placed_at
    assert len(notes) == 2
    assert not any("paid" in note for note in notes)
    assert any("70.00 EUR" in note for note in notes)


def test_a_balance_that_the_shop_owes_is_said_and_keeps_no_order_out():
    """As after an edit that took a line away and paid nothing back yet."""
    written = rows(Sold((LAMP,)), "#1")
    written[0]["Outstanding Balance"] = "-20.00"
    (line,), back, notes, found = read(export(written))
    assert (back, found.unexplained) == ([], ())
    assert line.unit_price * line.quantity == LAMP.price * LAMP.quantity
    assert ["20.00 EUR" in note and "below nothing" in note for note in notes] == [True]


@pytest.mark.parametrize(
    ("pieces", "balance", "paid_in", "said"),
    [
        *((1, "-0.01", "", 0), (6, "-0.03", "", 0), (4, "0.02", "", 0), (6, "-0.04", "", 1)),
        *((1, "0.02", "", 1), (80, "0.05", "", 0), (80, "0.06", "", 1)),
        *((80, "0.40", "USD", 0), (80, "0.41", "USD", 1), (80, "0.01", "EUR", 1)),
    ],
)
def test_what_prices_of_another_currency_leave_open_by_rounding_is_no_balance(
    pieces, balance, paid_in, said
):
    """Each piece's price may be off by half a unit in the shop's currency."""
    written = rows(Sold((Line("Mug", "M", pieces, 1835),)), "#1")
    written[0] |= {"Outstanding Balance": balance, "Presentment Currency": paid_in}
    *_, notes, _ = read(export(written, [*COLUMNS, "Presentment Currency"]))
    assert sum("Outstanding Balance" in note for note in notes) == said


def test_duties_in_the_prices_are_said():
    written = rows(Sold((LAMP,)), "#1")
    written[0]["Duties"] = "15.00"
    lines, _, notes, found = read(export(written))
    assert (net(lines), found.unexplained, found.duties) == (LAMP.price, (), 0)
    assert any("Duties are not in Total" in note for note in notes)


def test_an_order_without_goods_is_told_with_what_was_charged():
    written = rows(Sold((MUG,), shipping=700), "#1")
    written[0] |= {"Lineitem quantity": "0", "Subtotal": "0.00", "Total": "7.00"}
    lines, _, notes, found = read(export(written))
    assert (lines, found.unexplained) == ([], (("#1", 700),))
    assert any("no goods are left" in note and "7.00 EUR" in note for note in notes)


def test_prices_with_tax_in_them_leave_no_discount_behind():
    order = Sold((Line("Mug", "M", 3, 999),), rate=Fraction(0))
    written = rows(order, "#1")
    written[0]["Taxes"] = "4.79"
    (line,), *_ = read(export(written))
    assert (line.unit_price * 3 + line.remainder, line.line_discount) == (2518, 0)


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ((), (10_000, 1000, 0)),
        (("tip",), (10_000, 1000, 0)),
        (("duties",), (10_000, 1000, 0)),
        (("shipping",), (10_000, 0, 0)),
        (("shipping", "tip", "duties"), (10_000, 0, 0)),
    ],
)
def test_a_cancelled_order_may_keep_a_part(kept, expected):
    parts = {"tip": 500, "duties": 1500, "shipping": 1000}
    refunded = 13_000 - sum(parts[name] for name in kept)
    order = Sold((LAMP,), shipping=1000, tip=500, duties=1500, refunded=refunded)
    _, (back,), *_ = read(export(rows(order, "#1")))
    assert (back.amount, back.shipping, back.tax) == expected


def test_more_paid_back_than_charged_is_said_and_not_refused():
    order = Sold((LAMP,), refunded=12_000)
    _, (back,), notes, _ = read(export(rows(order, "#1")))
    assert back.amount == 10_000
    assert any("more was paid back" in note and "20.00 EUR" in note for note in notes)


SUMS = Sums(subtotal=9000, shipping=1000, taxes=0, total=9000, discount=2000)


@pytest.mark.parametrize("missing", ["subtotal", "total", "discount"])
def test_a_sum_that_is_not_told_is_found_from_the_others(missing):
    known = {name: getattr(SUMS, name) for name in ("subtotal", "total", "discount")}
    sums = Sums(**known | {missing: None}, shipping=1000, taxes=0)
    found = amounts_of(sums, [Goods(1, 10_000, 0)])
    assert (sum(found.paid) + found.shipping, found.unexplained) == (9000, 0)
    if missing != "subtotal":  # which alone tells a discount of goods from one of shipping
        assert (found.order_discount, found.shipping) == (1000, 0)


def test_a_refund_in_part_is_spread_over_everything_that_was_charged():
    sums = Sums(10_000, 1000, 1900, 13_400, 0, duties=500)
    found = amounts_of(sums, [Goods(1, 6000, 0), Goods(1, 4000, 0)])
    assert found.unexplained == 0
    back = refund_of(found, 6700)
    assert (back.goods, back.shipping, back.tax) == ((3000, 2000), 500, 950)
    assert back.left_out == 250
