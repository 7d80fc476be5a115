"""Figures of WooCommerce's webhooks: what was paid, to the minor unit, and what was taken back."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.support import hypothesis_profiles, inboxes
from tests.support.webhook_shop import WebhookShop
from tests.support.woocommerce_json import line, order

from ingest.webhooks.work import work_off

_PAID = """
    SELECT coalesce(sum(unit_price * quantity + remainder), 0),
           coalesce(sum(line_discount + order_discount), 0)
    FROM order_lines
"""
CENT = Decimal("0.01")


class Shop(WebhookShop):
    """A shop at WooCommerce, and what its ledger sums up to."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, "woocommerce")

    def tell(self, *payloads: dict[str, Any]) -> None:
        self.hear(*(("order.updated", each) for each in payloads))

    @property
    def sales(self) -> tuple[int, int]:
        """Gross sales and discounts."""
        ((gross, off),) = self.rows(_PAID)
        return int(gross), int(off)

    @property
    def gaps(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT kind, amount FROM data_gaps")


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


LOYALTY, HANDLING = {"total": "-10.00"}, {"total": "3.00"}
CREDIT = line(2, "-5.00", name="Credit", sku="")


@pytest.mark.parametrize(
    ("told", "sales"),
    [
        (order([line(1, "100.00")], "93.00", fee_lines=[LOYALTY, HANDLING]), (10000, 1000)),
        (
            order([line(1, "100.00")], "100.00", fee_lines=[LOYALTY, {"total": "10.00"}]),
            (10000, 1000),
        ),
        (order([line(1, "100.00")], "90.00", fee_lines=[LOYALTY]), (10000, 1000)),
        (order([line(1, "100.00")], "103.00", fee_lines=[HANDLING]), (10000, 0)),
        (order([line(1, "20.00"), CREDIT], "15.00"), (2000, 500)),
    ],
    ids=["both", "as-much", "below", "above", "line-below"],
)
def test_what_is_below_nothing_is_a_discount_and_no_fee_hides_it(
    shop: Shop, told: dict[str, Any], sales: tuple[int, int]
) -> None:
    shop.tell(told)
    assert (shop.sales, shop.gaps) == (sales, [])


@pytest.mark.parametrize(
    ("state", "paid", "method", "sold"),
    [
        *((state, False, "bacs", False) for state in ("quote-request", "partial-payment")),
        *((state, True, "bacs", True) for state in ("quote-request", "partial-payment")),
        ("shipped", False, "cod", True),
        ("processing", False, "cheque", True),
    ],
)
def test_an_order_in_no_known_state_is_a_sale_once_a_payment_is_told(
    shop: Shop, state: str, paid: bool, method: str, sold: bool
) -> None:
    told = {"status": state, "payment_method": method} | ({} if paid else {"date_paid_gmt": None})
    shop.tell(order([line(1, "20.00")], "20.00", **told))
    assert shop.sales == ((2000, 0) if sold else (0, 0))


CREDITS = {
    "shipping": ("-22.00", "2.90", (2000, 290, 0)),
    "all of the shipping": ("-24.90", "0.00", (2000, 0, 0)),
    "tax": ("-26.90", "1.80", (2000, 0, 180)),
    "all": ("-28.70", "0.00", (2000, 0, 0)),
}


@pytest.mark.parametrize("pays", CREDITS)
def test_a_fee_below_nothing_pays_for_goods_then_for_shipping_and_then_for_tax(
    shop: Shop, pays: str
) -> None:
    """Goods for 20.00, shipping for 4.90 and, where the credit reaches so far, 3.80 of tax."""
    credit, total, (off, shipping, tax) = CREDITS[pays]
    taxed = {"total_tax": "3.80"} if pays in {"tax", "all"} else {}
    fees = {"fee_lines": [{"total": credit}], "shipping_total": "4.90"}
    shop.tell(order([line(1, "20.00")], total, **fees, **taxed))
    assert (shop.sales, shop.gaps) == ((2000, off), [])
    assert shop.rows("SELECT shipping, tax FROM orders") == [(shipping, tax)]


def test_more_below_nothing_than_was_sold_is_told_as_unexplained(shop: Shop) -> None:
    shop.tell(order([line(1, "5.00"), line(2, "-20.00", sku="")], "-15.00"))
    assert shop.sales == (500, 0)
    assert shop.gaps == [("unreconciled-orders", -2000)]


@settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    prices=st.lists(st.tuples(st.integers(1, 3_000), st.integers(1, 4)), min_size=1, max_size=6),
    rate=st.sampled_from([7, 19, 21]),
)
def test_an_order_entered_with_tax_comes_to_what_was_paid(
    service_engine: Engine, prices: list[tuple[int, int]], rate: int
) -> None:
    """Each amount is rounded by itself, as WooCommerce rounds at the subtotal."""
    shop = Shop(service_engine)
    paid = [Decimal(price * pieces) / 100 for price, pieces in prices]
    exact = [each / (1 + Decimal(rate) / 100) for each in paid]
    tax = (sum(paid, Decimal()) - sum(exact, Decimal())).quantize(CENT, ROUND_HALF_UP)
    lines = [
        line(n, str(each.quantize(CENT, ROUND_HALF_UP)), quantity=pieces)
        for n, (each, (_, pieces)) in enumerate(zip(exact, prices, strict=True), 1)
    ]
    told = {"total_tax": str(tax), "prices_include_tax": True}
    shop.tell(order(lines, str(sum(paid)), **told))
    gross, off = shop.sales
    if any(Decimal(each["total"]) for each in lines):
        assert (gross + int(tax * 100), off) == (int(sum(paid) * 100), 0)
        assert shop.gaps == []


def test_what_rounding_cannot_make_stays_unexplained(shop: Shop) -> None:
    told = {"prices_include_tax": True, "total_tax": "0.19"}
    shop.tell(order([line(n, "0.93") for n in (1, 2, 3)], "2.92", **told))
    assert shop.sales == (279, 0)
    assert shop.gaps == [("unreconciled-orders", -6)]


def test_a_refund_that_was_deleted_is_taken_back_whatever_comes_first(
    service_engine: Engine,
) -> None:
    lines = [line(1, "60.00")]
    first, second = ({"id": n, "reason": "", "total": "-20.00"} for n in (1, 2))
    story = [
        order(lines, "60.00"),
        order(lines, "60.00", at="2026-03-05T10:00:00", refunds=[first]),
        order(lines, "60.00", at="2026-03-06T10:00:00", refunds=[second, first]),
        order(lines, "60.00", at="2026-03-07T10:00:00", refunds=[first]),
    ]
    for arrived in permutations(story):
        shop = Shop(service_engine)
        shop.tell(*arrived)
        back = shop.rows("SELECT processed_at::date::text, amount FROM refunds")
        assert back == [("2026-03-05", 2000)]
    shop.tell(*arrived, order(lines, "60.00", at="2026-03-08T10:00:00"))
    assert shop.rows("SELECT 1 FROM refunds") == []


def test_a_word_that_does_not_list_refunds_takes_none_back(shop: Shop) -> None:
    lines = [line(1, "60.00")]
    back = {"id": 1, "reason": "", "total": "-20.00"}
    later = order(lines, "60.00", at="2026-03-06T10:00:00")
    del later["refunds"]
    shop.tell(order(lines, "60.00", at="2026-03-05T10:00:00", refunds=[back]), later)
    assert shop.rows("SELECT amount FROM refunds") == [(2000,)]


def test_what_cannot_be_read_is_a_dead_letter_at_once_and_keeps_nothing_back(shop: Shop) -> None:
    """None of them is tried again: it could not be read later either."""
    beyond, half = (order([line(1, "5.00")], "5.00", id=n, number=str(n)) for n in (2, 3))
    spoilt: list[dict[str, Any]] = [
        beyond | {"total": "1.0e999999999"},
        beyond | {"total": "1.0E+25"},
        half | {"number": "\ud800"},
    ]
    right = order([line(1, "20.00")], "20.00")
    events = [("order.updated", f"d{n}", each) for n, each in enumerate([*spoilt, right])]
    inboxes.put(shop.engine, shop.id, shop.connection, events)
    work_off(shop.engine, shop.id)
    assert inboxes.states_of(shop.engine, shop.id) == {"dead": len(spoilt), "done": 1}
    assert shop.sales == (2000, 0)


def test_amounts_as_php_prints_floats_are_rounded(shop: Shop) -> None:
    told = {"discount_total": "1.7763568394003E-15", "total_tax": "-1.4210854715202E-14"}
    shop.tell(order([line(1, "20.00" + "0" * 40 + "1")], "20.00", **told))
    assert (shop.sales, shop.gaps) == ((2000, 0), [])


def test_an_order_that_a_plugin_numbers_later_is_one_order_whatever_comes_first(
    service_engine: Engine,
) -> None:
    """Another order that has its first number now is left alone."""
    goods = [line(1, "20.00")]
    first = order(goods, "20.00", id=700, number="700")
    later = first | {"number": "1001", "date_modified_gmt": "2026-03-03T10:00:00"}
    told = {"id": 650, "number": "700", "date_created_gmt": "2026-03-01T09:00:00"}
    other = order([line(2, "5.00")], "5.00", **told)
    for arrived in permutations([first, later, other]):
        shop = Shop(service_engine)
        for number, each in enumerate(arrived):
            event = ("order.updated", f"d{number}", each)
            inboxes.put(shop.engine, shop.id, shop.connection, [event])
            work_off(shop.engine, shop.id)
        orders = shop.rows("SELECT external_id FROM orders ORDER BY 1")
        expected = ["1001", "700"]
        if arrived.index(other) < arrived.index(first) < arrived.index(later):
            expected = ["1001"]  # the number was the later one's for a while, and is free again
        assert [name for (name,) in orders] == expected


def test_a_refund_that_the_state_alone_tells_of_is_a_gap_until_it_is_told(shop: Shop) -> None:
    back = order([line(1, "20.00")], "20.00", status="refunded")
    shop.tell(back)
    assert shop.gaps == [("refunds-not-known", None)]
    refunds = [{"id": 1, "reason": "", "total": "-20.00"}]
    told = back | {"date_modified_gmt": "2026-03-04T10:00:00", "refunds": refunds}
    inboxes.put(shop.engine, shop.id, shop.connection, [("order.updated", "later", told)])
    work_off(shop.engine, shop.id)
    assert (shop.gaps, shop.rows("SELECT amount FROM refunds")) == ([], [(2000,)])
