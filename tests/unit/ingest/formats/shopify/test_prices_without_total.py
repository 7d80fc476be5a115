"""Whether prices include tax where an order has no Total: by what bears the tax, at its rate."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingest.formats.shopify.shopify_shop import COLUMNS, export
from tests.unit.ingest.formats.shopify.test_reconcile import net, read
from tests.unit.ingest.formats.shopify.test_tax_bearing import LINES, MORE, RATES, money, order

ALL = [*COLUMNS, *MORE]
TOLD = "there is no Total; whether prices include tax was taken as their rate tells"
UNTOLD = "there is no Total to tell whether prices include tax; taken as without"


def written(*things, columns=ALL, **cells):
    """An order of things, title, price and whether taxable; no Total unless one of ``cells``."""
    rows = [
        dict.fromkeys(ALL, "") | {
            "Name": "#1", "Created at": "2026-05-01 10:00:00 +0000", "Lineitem quantity": "1",
            "Lineitem name": title, "Lineitem sku": title, "Lineitem price": money(price),
            "Lineitem taxable": str(taxable).lower(),
        }
        for title, price, taxable in things
    ]  # fmt: skip
    rows[0] |= {
        "Financial Status": "paid", "Currency": "EUR", "Paid at": "2026-05-01 10:00:00 +0000",
        "Subtotal": money(sum(price for _, price, _ in things)), "Discount Amount": "0.00",
    }  # fmt: skip
    rows[0] |= {name.replace("_", " "): cell for name, cell in cells.items()}
    return export(rows, columns)


A = ("A", 10_000, True)
WITHOUT = [column for column in ALL if column != "Total"]


@pytest.mark.parametrize("columns", [ALL, WITHOUT], ids=["blank", "missing"])
@pytest.mark.parametrize("other", ["Book", "Gift card"])
def test_what_is_not_taxable_is_none_of_what_bears_tax(other, columns):
    things = A, (other, 2_000, False)
    content = written(*things, columns=columns, Taxes="20.00", Tax_1_Name="VAT 20%")
    lines, _, notes, _ = read(content)
    assert (net(lines), lines[0].tax) == (12_000, 2_000)
    assert any(TOLD in note for note in notes)
    content = written(*things, columns=columns, Taxes="16.67", Tax_1_Name="VAT 20%")
    lines, _, notes, _ = read(content)
    assert (net(lines), lines[0].tax) == (10_333, 1_667)
    assert any(TOLD in note for note in notes)


@pytest.mark.parametrize("columns", [ALL, [each for each in WITHOUT if each != "Subtotal"]])
def test_a_discount_is_off_what_bears_tax(columns):
    cells = {"Subtotal": "", "Discount_Amount": "20.00", "Tax_1_Name": "Moms 25%"}
    lines, _, _, _ = read(written(A, columns=columns, Taxes="20.00", **cells))
    assert (net(lines), lines[0].tax) == (8_000, 2_000)
    lines, _, _, _ = read(written(A, columns=columns, Taxes="16.00", **cells))
    assert (net(lines), lines[0].tax) == (6_400, 1_600)


def test_taxes_of_both_readings_tell_nothing():
    # 25 % in 100.00, or on top of 80.00: the code may be off the shipping, or off the goods
    cells = {"Subtotal": "", "Shipping": "20.00", "Discount_Amount": "20.00"}
    lines, _, notes, _ = read(written(A, Taxes="20.00", Tax_1_Name="Moms 25%", **cells))
    assert net(lines) + lines[0].shipping == 10_000
    assert any(UNTOLD in note for note in notes)


def test_a_total_that_a_row_lacks_is_said_without_tax_too():
    assert any("there is no Total to check" in note for note in read(written(A))[2])
    assert not any("no Total" in note for note in read(written(A, Total="100.00"))[2])


@given(
    lines=LINES,
    rate=RATES,
    inside=st.booleans(),
    shipping=st.sampled_from([0, 490]),
    shipping_taxed=st.booleans(),
)
def test_the_rate_tells_where_the_tax_is_whatever_bears_it(
    lines, rate, inside, shipping, shipping_taxed
):
    lines = [(20_000, True), *lines]  # more than what the shipping, or a rounding, is mistaken for
    content, taxes = order(lines, shipping, rate, shipping_taxed=shipping_taxed, inside=inside)
    rows = list(csv.DictReader(io.StringIO(content)))
    rows[0]["Total"] = ""
    read_lines, _, notes, _ = read(export(rows, ALL))
    whole = sum(price for price, _ in lines) + shipping
    assert any(TOLD in note for note in notes)
    assert net(read_lines) + read_lines[0].shipping == (whole - taxes if inside else whole)
