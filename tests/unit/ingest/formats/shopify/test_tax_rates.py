"""Whether tax is in the prices of an order that nothing explains: by the rates that it names."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.ingest.formats.shopify.shopify_shop import COLUMNS, export
from tests.unit.ingest.formats.shopify.test_reconcile import net, read

from ingest.formats.shopify.tax_rates import rate_of, tax_in_prices

RATES = st.sampled_from(["4.5", "7", "8.875", "19", "20", "25"])
TAX = "Tax 1 Name"


def row(subtotal, shipping, taxes, total, rate):
    """An order of one line."""
    amounts = {"Subtotal": subtotal, "Shipping": shipping, "Taxes": taxes, "Total": total}
    written = {name: f"{amount / 100:.2f}" for name, amount in amounts.items()}
    return dict.fromkeys(COLUMNS, "") | written | {
        "Name": "#1", "Financial Status": "paid", "Currency": "EUR", "Discount Amount": "0.00",
        "Paid at": "2026-05-01 10:00:00 +0000", "Created at": "2026-05-01 10:00:00 +0000",
        "Lineitem quantity": "1", "Lineitem name": "Lamp", "Lineitem sku": "L",
        "Lineitem price": f"{subtotal / 100:.2f}", "Lineitem discount": "0.00",
        TAX: f"MwSt {rate}%",
    }  # fmt: skip


@given(
    subtotal=st.integers(5_000, 1_000_000),  # in less the two taxes may be a unit apart
    shipping=st.sampled_from([0, 490, 1_000]),
    rate=RATES,
    inside=st.booleans(),
    missing=st.integers(1, 900),
)
def test_what_is_missing_is_told_whatever_is_nearer(subtotal, shipping, rate, inside, missing):
    share = float(rate) / 100
    charged = subtotal + shipping
    taxes = round(charged * share / (1 + share) if inside else charged * share)
    total = charged + (0 if inside else taxes) - missing
    content = export([row(subtotal, shipping, taxes, total, rate)], [*COLUMNS, TAX])
    lines, _, _, found = read(content)
    assume(found.unexplained)  # else it adds up another way
    ((_, amount),) = found.unexplained
    assert amount == -missing
    assert net(lines) + lines[0].shipping + lines[0].tax == charged + (0 if inside else taxes)


@pytest.mark.parametrize(
    ("names", "taxes", "told"),
    [
        (["VAT 19%"], 1900, False),
        (["VAT 19 %"], 1597, True),
        (["MwSt. (19,0%)"], 1597, True),
        (["State Tax 4%", "City Tax 4.5%"], 850, False),
        (["VAT 19%"], 1234, None),
        (["VAT"], 1900, None),
        (["VAT 19%", "Eco fee"], 1900, None),
        (["VAT 0%"], 0, None),
        ([], 1900, None),
    ],
)
def test_rates_tell_or_do_not(names, taxes, told):
    assert tax_in_prices(rate_of(names), taxes, [10_000, 10_500], rounding=1) is told


def test_where_both_fit_nothing_is_told():
    assert tax_in_prices(rate_of(["VAT 1%"]), 1, [100], rounding=2) is None
