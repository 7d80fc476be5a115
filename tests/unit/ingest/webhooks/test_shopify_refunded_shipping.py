"""Refunded shipping and adjustments of Shopify in each spelling that its versions have."""

from typing import Any

import pytest
from tests.support.shopify_json import line, money, order, refund
from tests.support.shopify_state import Parts, heard

MUG, CUP = line(1, "Mug", "20.00"), line(2, "Cup", "10.00")
SHIPPED = order(
    [MUG, CUP],
    "35.00",
    subtotal_price="30.00",
    total_shipping_price_set=money("5.00"),
    current_total_price=None,
)
BOOK = line(1, "Book", "11.90", tax_lines=[{"price": "1.90"}])
TAXED = order(
    *([BOOK], "17.85"),
    subtotal_price="11.90",
    taxes_included=True,
    total_tax="2.85",
    total_shipping_price_set=money("5.95"),
    shipping_lines=[{"price": "5.95", "tax_lines": [{"price": "0.95"}]}],
    current_total_price=None,
)
ON_TOP = order(
    *([line(1, "Book", "10.00", tax_lines=[{"price": "1.00"}])], "16.50"),
    subtotal_price="10.00",
    total_tax="1.50",
    total_shipping_price_set=money("5.00"),
    shipping_lines=[{"price": "5.00", "tax_lines": [{"price": "0.50"}]}],
    current_total_price=None,
)


def by_lines(amount: str, tax: str | None = None) -> dict[str, Any]:
    told = {"id": 1, "shipping_line_id": 2, "subtotal_amount_set": money(amount)}
    return {"refund_shipping_lines": [told | ({"tax_amount_set": money(tax)} if tax else {})]}


def adjusted(kind: str | None, amount: str, tax: str = "0.00") -> dict[str, Any]:
    told = {"kind": kind, "amount_set": money(amount), "tax_amount_set": money(tax)}
    return {"order_adjustments": [told]}


OLD = {"order_adjustments": [{"kind": "shipping_refund", "amount": "-5.00", "tax_amount": "0.00"}]}
SPELLED = {
    "old": OLD,
    "amount-set": adjusted("shipping_refund", "-5.00"),
    "lines": by_lines("5.00"),
    "both": OLD | by_lines("5.00"),
    "both-as-sets": adjusted("shipping_refund", "-5.00") | by_lines("5.00", "0.00"),
}
PAID_IN = [("EUR", "5.00"), ("USD", "5.40")]


@pytest.mark.parametrize("spelled", SPELLED.values(), ids=SPELLED)
@pytest.mark.parametrize(("currency", "moved"), PAID_IN)
def test_shipping_alone_comes_off_the_shipping(
    currency: str, moved: str, spelled: dict[str, Any]
) -> None:
    found = heard([SHIPPED, refund(1, moved=moved, currency=currency, **spelled)])
    assert found.back == Parts(0, 500, 0)


@pytest.mark.parametrize("spelled", SPELLED.values(), ids=SPELLED)
@pytest.mark.parametrize(("currency", "moved"), [("EUR", "25.00"), ("USD", "27.00")])
def test_goods_and_shipping_come_off_each(
    currency: str, moved: str, spelled: dict[str, Any]
) -> None:
    back = refund(1, [(1, 1, "20.00")], moved, currency=currency, **spelled)
    assert heard([SHIPPED, back]).back == Parts(2000, 500, 0)


@pytest.mark.parametrize("kind", ["refund_discrepancy", None])
@pytest.mark.parametrize(("currency", "moved"), PAID_IN)
def test_goodwill_is_told_by_an_amount_of_the_shop(
    currency: str, moved: str, kind: str | None
) -> None:
    """Of 30.00 and 5.00 in proportion: 4.29 and 0.71."""
    back = refund(1, moved=moved, currency=currency, **adjusted(kind, "-5.00"))
    assert heard([SHIPPED, back]).back == Parts(429, 71, 0)


@pytest.mark.parametrize(
    "spelled",
    [
        by_lines("5.95"),
        by_lines("5.95", "0.95"),
        adjusted("shipping_refund", "-5.00", "-0.95"),
        adjusted("shipping_refund", "-5.00", "-0.95") | by_lines("5.95"),
    ],
    ids=["lines", "lines-with-tax", "amount-set", "both"],
)
@pytest.mark.parametrize(("currency", "moved"), [("EUR", "5.95"), ("USD", "6.40")])
def test_shipping_with_tax_in_it_is_told_as_prices_are(
    currency: str, moved: str, spelled: dict[str, Any]
) -> None:
    found = heard([TAXED, refund(1, moved=moved, currency=currency, **spelled)])
    assert found.back == Parts(0, 500, 95)


@pytest.mark.parametrize("told", [by_lines("2.00", "0.20"), by_lines("2.00")])
@pytest.mark.parametrize(("currency", "moved"), [("EUR", "2.20"), ("USD", "2.40")])
def test_tax_on_top_of_shipping_is_in_proportion_where_no_line_states_it(
    currency: str, moved: str, told: dict[str, Any]
) -> None:
    found = heard([ON_TOP, refund(1, moved=moved, currency=currency, **told)])
    assert found.back == Parts(0, 200, 20)
