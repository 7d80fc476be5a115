"""What only helps to read an order of Shopify costs no order where it cannot be read."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.shopify_json import LATER, line, money, order, refund

from common.db.accounts import GiftCards
from ingest.csv.notes import Notes
from ingest.formats.shopify.webhooks import ShopifyWebhooks
from ingest.ledger.reader_settings import Basis
from ingest.webhooks.facts import Arrival
from ingest.webhooks.payload import UnreadableEventError, decode
from ingest.webhooks.platform import OrderState, Shop

NOW = datetime(2026, 5, 1, tzinfo=UTC)
MUG, CUP = line(1, "Mug", "20.00"), line(2, "Cup", "10.00")
INCLUDED = {"taxes_included": True, "total_tax": "2.60"}
SPOILT = ["-1.00", "1.234", "1.23456789012345", "many", "9" * 40, 1e300, {"amount": "1"}, [1], True]

Told = dict[str, Any]


def state_of(told: Told, notes: Notes | None = None) -> OrderState | None:
    platform = ShopifyWebhooks()
    payload = decode(json.dumps(told).encode())
    order_id, facts = platform.read("orders/updated", payload, Arrival("e1", NOW))
    basis = Basis("EUR", "Europe/Berlin", GiftCards.PLATFORM)
    return platform.state(order_id, facts, Shop(basis, notes or Notes("EUR"), NOW))


def edited(**change: Any) -> Told:
    edit = refund(1, [(2, 1, "10.00")], at="2026-03-03T10:00:00Z")
    paid = refund(2, [], "10.00", discrepancy="-10.00")
    return order([MUG, CUP], "30.00", at=LATER, refunds=[edit, paid], **change)


def back(**change: Any) -> Told:
    return order([MUG, CUP], "30.00", refunds=[refund(1, [(1, 1, "20.00")], "20.00", **change)])


HELPS: dict[str, Callable[[Any], Told]] = {
    "current": lambda value: edited(current_total_price=value),
    "tips": lambda value: order([MUG], "20.00", total_tip_received=value),
    "fees": lambda value: order(
        [MUG], "20.00", original_total_additional_fees_set={"shop_money": {"amount": value}}
    ),
    "fees-set": lambda value: order([MUG], "20.00", original_total_additional_fees_set=value),
    "tax": lambda value: order(
        [line(1, "Book", "10.00", tax_lines=[{"price": value}]), CUP], "20.00", **INCLUDED
    ),
    "tax-lines": lambda value: order(
        [line(1, "Book", "10.00", tax_lines=value), CUP], "20.00", **INCLUDED
    ),
    "allocated": lambda value: order(
        [line(1, "Book", "10.00", allocated=[value]), CUP], "15.00", total_discounts="5.00"
    ),
    "allocations": lambda value: order(
        [MUG | {"discount_allocations": value}, CUP], "25.00", total_discounts="5.00"
    ),
    "shipping-tax": lambda value: order(
        [MUG], "20.00", shipping_lines=[{"price": "0.00", "tax_lines": [{"price": value}]}]
    ),
    "shipping-lines": lambda value: order([MUG], "20.00", shipping_lines=value),
    "discrepancy": lambda value: back(
        order_adjustments=[{"kind": "refund_discrepancy", "amount": value}]
    ),
    "discrepancy-in-yen": lambda value: back(
        currency="JPY", order_adjustments=[{"kind": "refund_discrepancy", "amount": value}]
    ),
    "extras": lambda value: back(total_duties_set={"shop_money": {"amount": value}}),
    "shipping-back": lambda value: back(
        refund_shipping_lines=[{"subtotal_amount_set": money(value)}]
    ),
    "shipping-back-tax": lambda value: back(
        refund_shipping_lines=[{"subtotal_amount_set": money("0.00"), "tax_amount_set": value}]
    ),
    "shipping-back-lines": lambda value: back(refund_shipping_lines=value),
    "discrepancy-set": lambda value: back(
        order_adjustments=[{"kind": "refund_discrepancy", "amount_set": money(value)}]
    ),
    "rounding": lambda value: order(
        *([MUG], "20.00"),
        current_total_price=None,
        total_cash_rounding_refund_adjustment_set=value,
        total_cash_rounding_payment_adjustment_set=money(value),
    ),
    "subtotal": lambda value: order(
        [MUG],
        "20.00",
        refunds=[
            refund(1, [], "20.00")
            | {
                "refund_line_items": [
                    {
                        "line_item_id": 9001,
                        "quantity": 1,
                        "subtotal": 20.0,
                        "subtotal_set": {"shop_money": {"amount": value, "currency_code": "EUR"}},
                    }
                ]
            }
        ],
    ),
}
CASES = [
    pytest.param(help_, value, id=f"{help_}-{str(value)[:20]}")
    for help_ in HELPS
    for value in SPOILT
    if (help_, value) != ("discrepancy-in-yen", "-1.00")  # which may be below nothing
]


@pytest.mark.parametrize(("help_", "value"), CASES)
def test_what_cannot_be_read_of_a_help_is_as_if_it_was_not_stated(help_: str, value: Any) -> None:
    found = state_of(HELPS[help_](value))
    assert found is not None
    assert found.lines
    assert found == state_of(HELPS[help_](None))


@pytest.mark.parametrize("value", ["-1.00", "1.234", "many"])
@pytest.mark.parametrize(
    "told",
    [
        lambda value: order([MUG], value),
        lambda value: order([line(1, "Mug", value)], "20.00"),
        lambda value: order([MUG], "20.00", total_discounts=value),
        lambda value: order([MUG], "20.00", original_total_duties_set=money(value)),
        lambda value: order([MUG], "20.00", refunds=[refund(1, [], value)]),
    ],
)
def test_what_an_order_needs_is_read_strictly(told: Callable[[Any], Told], value: str) -> None:
    with pytest.raises(UnreadableEventError):
        state_of(told(value))


@pytest.mark.parametrize(
    ("total", "said"), [("25.00", 0), ("24.00", 0), ("21.00", 1), ("20.00", 1)]
)
def test_it_is_said_of_duties_alone_that_total_does_not_have_them(total: str, said: int) -> None:
    notes = Notes("EUR")
    told = order(
        *([MUG], total),
        subtotal_price="20.00",
        original_total_duties_set=money("4.00"),
        original_total_additional_fees_set=money("1.00"),
    )
    state_of(told, notes)
    assert sum("Duties are not in Total" in note for note in notes.lines()) == said
