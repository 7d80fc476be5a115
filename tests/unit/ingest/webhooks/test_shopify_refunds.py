"""Refunds at Shopify: the money decides how much, the lines decide where."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.db.accounts import GiftCards
from ingest.csv.notes import Notes
from ingest.formats.shopify.webhooks import ShopifyWebhooks
from ingest.ledger.reader_settings import Basis
from ingest.rows import RefundRow
from ingest.webhooks.facts import Arrival, Facts
from ingest.webhooks.payload import UnreadableEventError
from ingest.webhooks.platform import OrderState, Shop

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ARRIVAL = Arrival("e1", NOW)
BASIS = Basis("EUR", "Europe/Berlin", GiftCards.PLATFORM)
LINES = [
    {"id": 11, "name": "Mug", "sku": "M", "price": "10.00", "quantity": 2, "total_discount": "0"},
    {"id": 12, "name": "Cup", "sku": "C", "price": "30.00", "quantity": 1, "total_discount": "0"},
]
ORDER = {
    "id": 1, "name": "#1", "financial_status": "paid", "currency": "EUR",
    "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-02T10:00:00Z",
    "subtotal_price": "50.00", "total_discounts": "0.00", "total_tax": "10.00",
    "total_price": "64.00", "shipping_lines": [{"price": "4.00"}], "line_items": LINES,
}  # fmt: skip


def told(*refunds: dict[str, Any], **change: Any) -> OrderState:
    platform = ShopifyWebhooks()
    made = [
        {"id": str(n), "created_at": f"2026-03-0{3 + n}T00:00:00Z", **each}
        for n, each in enumerate(refunds)
    ]
    payload = _as_text({**ORDER, "refunds": made, **change})
    order_id, facts = platform.read("orders/updated", payload, ARRIVAL)
    state = platform.state(order_id, facts, Shop(BASIS, Notes("EUR"), NOW))
    assert state is not None
    return state


def _as_text(value: Any) -> Any:
    """As the decoder gives it: numbers are text."""
    if isinstance(value, dict):
        return {name: _as_text(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def money(amount: str) -> dict[str, Any]:
    return {"transactions": [{"kind": "refund", "status": "success", "amount": amount}]}


def of_lines(*lines: tuple[int, int, str, str]) -> dict[str, Any]:
    names = ("line_item_id", "quantity", "subtotal", "total_tax")
    return {"refund_line_items": [dict(zip(names, line, strict=True)) for line in lines]}


def sums(rows: tuple[RefundRow, ...]) -> list[tuple[str | None, int, int, int, int]]:
    return [(row.line_id, row.quantity, row.amount, row.shipping, row.tax) for row in rows]


def test_lines_and_tax_as_they_are() -> None:
    found = told({**of_lines((11, 1, "10.00", "2.00")), **money("12.00")})
    assert sums(found.refunds) == [(None, 0, 0, 0, 200), ("1", 1, 1000, 0, 0)]
    assert {row.kind for row in found.refunds} == {"return"}


def test_what_was_kept_back_comes_off_the_goods() -> None:
    found = told({**of_lines((11, 1, "10.00", "2.00")), **money("9.00")})
    assert sums(found.refunds) == [(None, 0, 0, 0, 200), ("1", 1, 700, 0, 0)]


def test_money_without_lines_is_spread_as_the_export_spreads_it() -> None:
    whole = told(money("64.00"))
    assert sums(whole.refunds) == [
        (None, 0, 0, 400, 1000),
        ("1", 0, 2000, 0, 0),
        ("2", 0, 3000, 0, 0),
    ]
    part = told(money("6.40"))
    assert sum(row.amount + row.shipping + row.tax for row in part.refunds) == 640


def test_no_more_comes_back_than_is_left() -> None:
    found = told(
        {**of_lines((11, 2, "20.00", "4.00")), **money("24.00")},
        {**of_lines((11, 2, "20.00", "4.00")), **money("99.00")},
    )
    back = [row for row in found.refunds if row.line_id == "1"]
    assert sum(row.quantity for row in back) == 2
    assert sum(row.amount for row in back) == 2000
    assert sum(row.amount + row.shipping + row.tax for row in found.refunds) == 6400


def test_goods_taken_out_without_money_are_an_edit() -> None:
    found = told(of_lines((12, 1, "30.00", "6.00")))
    assert {row.kind for row in found.refunds} == {"edit"}
    assert ("2", 1, 3000, 0, 0) in sums(found.refunds)


def test_tax_in_the_prices_is_taken_out_of_what_comes_back() -> None:
    included = {"taxes_included": True, "total_price": "54.00", "total_tax": "9.00"}
    found = told({**of_lines((12, 1, "30.00", "5.00")), **money("30.00")}, **included)
    (tax, goods) = found.refunds
    assert (tax.tax, goods.amount, goods.quantity) == (500, 2500, 1)
    assert goods.amount <= next(row for row in found.lines if row.line_id == "2").unit_price


def test_nothing_comes_back_of_an_order_that_is_not_paid() -> None:
    assert not told(of_lines((12, 1, "30.00", "6.00")), financial_status="pending").refunds


def test_a_cancelled_order_is_taken_back_once_by_its_refunds_and_its_pieces() -> None:
    found = told(
        {**of_lines((11, 1, "10.00", "2.00")), **money("12.00")},
        money("52.00"),
        cancelled_at="2026-03-04T00:00:00Z",
    )
    assert [(row.refund_id, row.kind) for row in found.refunds] == [
        *[("0", "return")] * 2,
        *[("1", "cancel")] * 3,
        *[("cancelled", "cancel")] * 2,
    ]
    assert sums(found.refunds) == [
        *[(None, 0, 0, 0, 200), ("1", 1, 1000, 0, 0)],
        *[(None, 0, 0, 400, 800), ("1", 0, 1000, 0, 0), ("2", 0, 3000, 0, 0)],
        *[("1", 1, 0, 0, 0), ("2", 1, 0, 0, 0)],
    ]
    assert found.lifted == frozenset()


def test_a_currency_without_decimals_is_paid_back_to_its_unit_whatever_it_was_paid_in() -> None:
    """1,000 of 1,001 yen before, as dollars; what is left on cancelling."""
    refunds = [
        {
            "id": "0",
            "created_at": "2026-03-03T00:00:00Z",
            **of_lines((11, 1, "1000", "0")),
            "transactions": [
                {"kind": "refund", "status": "success", "amount": "6.70", "currency": "USD"}
            ],
        },
        {"id": "1", "created_at": "2026-03-05T00:00:00Z", **money("1")},
    ]
    line = {"id": 11, "name": "Mug", "sku": "M", "price": "1001", "quantity": 1}
    sums = {"subtotal_price": "1001", "total_tax": "0", "total_price": "1001"}
    payload = ORDER | sums | {"currency": "JPY", "shipping_lines": [], "line_items": [line]}
    payload |= {"cancelled_at": "2026-03-05T00:00:00Z", "refunds": refunds}
    platform, basis = ShopifyWebhooks(), Basis("JPY", "Asia/Tokyo", GiftCards.PLATFORM)
    order_id, facts = platform.read("orders/cancelled", _as_text(payload), ARRIVAL)
    found = platform.state(order_id, facts, Shop(basis, Notes("JPY"), NOW))
    assert found is not None
    assert [(row.refund_id, row.kind, row.quantity, row.amount) for row in found.refunds] == [
        ("0", "return", 1, 1000),
        ("1", "cancel", 0, 1),
    ]


@pytest.mark.parametrize("status", ["refunded", "partially_refunded"])
def test_a_refund_that_the_state_alone_tells_of_is_not_known(status: str) -> None:
    found = told(financial_status=status)
    assert (found.refunds_untold, found.refunds) == (True, ())
    assert told(financial_status=status, cancelled_at="2026-03-05T00:00:00Z").refunds_untold
    assert not told(money("12.00"), financial_status=status).refunds_untold
    moved_none = told(of_lines((12, 1, "30.00", "6.00")), financial_status=status)
    assert moved_none.refunds_untold, "what came back of goods is for the ledger to weigh"
    assert not told().refunds_untold


def test_a_test_order_is_no_order() -> None:
    assert not told(test=True).lines
    assert not told(payment_gateway_names=["bogus"]).lines


@pytest.mark.parametrize("amount", ["-1", "1,5", "many", "1.234", "9" * 30])
def test_an_amount_that_is_none_cannot_be_read(amount: str) -> None:
    with pytest.raises(UnreadableEventError):
        told(money(amount))


def test_decimals_of_a_program_are_no_thousands() -> None:
    """A spreadsheet's ``12.500`` may be either."""
    lines = [{**line, "price": f"{line['price']}0"} for line in LINES]
    found = told(money("12.500"), line_items=lines, total_price="64.000")
    assert [line.unit_price for line in found.lines] == [1000, 3000]
    assert sum(row.amount + row.shipping + row.tax for row in found.refunds) == 1250


def test_facts_of_before_json_was_taken_further_are_read_as_they_were() -> None:
    """They lack what has been kept since, and stay in the database."""
    platform = ShopifyWebhooks()
    refund = {"id": "7", "created_at": "2026-03-04T00:00:00Z"}
    refund |= money("10.00") | of_lines((11, 1, "10.00", "0.00"))
    payload = _as_text({**ORDER, "refunds": [refund]})
    order_id, facts = platform.read("orders/updated", payload, ARRIVAL)
    kept = facts.to_json()
    content = kept["order"][1]
    for name in ("fees", "tips", "current", "shippingTax"):
        del content[name]
    for line in content["lines"]:
        for name in ("allocated", "card", "tip", "tax"):
            del line[name]
    for name in ("moved", "discrepancy", "extras"):
        del kept["refunds"]["7"][1][name]
    shop = Shop(BASIS, Notes("EUR"), NOW)
    before = platform.state(order_id, Facts.from_json(kept), shop)
    assert before == platform.state(order_id, facts, shop)
