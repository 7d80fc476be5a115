"""Figures of Shopify's webhooks: what JSON states is taken, and no money is taken back twice."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.support import hypothesis_profiles, inboxes
from tests.support.shopify_json import DAY, LATER, line, money, order, refund
from tests.support.shopify_orders import money as euros
from tests.support.webhook_shop import WebhookShop

from ingest.webhooks.work import work_off

_TAX_7, _TAX_19 = ({"price": price} for price in ("0.70", "1.90"))
_SALES = """
    SELECT p.external_id, sum(l.unit_price * l.quantity + l.remainder),
           sum(l.line_discount + l.order_discount)
    FROM order_lines l JOIN products p ON p.id = l.product_id
    WHERE l.paid_at IS NOT NULL GROUP BY 1
"""
_BACK = """
    SELECT processed_at::date::text, kind, sum(quantity), sum(amount), sum(shipping), sum(tax)
    FROM refunds GROUP BY 1, 2
"""


class Shop(WebhookShop):
    """A shop at Shopify, and what its ledger sums up to."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, "shopify")

    def tell(self, *payloads: dict[str, Any]) -> None:
        """Orders and refunds, in that order."""
        topics = ("refunds/create" if "order_id" in each else "orders/updated" for each in payloads)
        self.hear(*zip(topics, payloads, strict=True))

    @property
    def sales(self) -> dict[str, tuple[int, int]]:
        """Gross sales and discounts by product."""
        return {product: (gross, off) for product, gross, off in self.rows(_SALES)}

    @property
    def back(self) -> list[tuple[Any, ...]]:
        """Day, kind, pieces, goods, shipping and tax of what came back."""
        return sorted(self.rows(_BACK))

    @property
    def gaps(self) -> list[tuple[Any, ...]]:
        """What is not explained, and not settled."""
        return self.rows("SELECT kind, amount FROM data_gaps WHERE amount IS DISTINCT FROM 0")


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


MUG, CUP = line(1, "Mug", "20.00"), line(2, "Cup", "10.00")
TIP = line(3, "For the crew", "3.00", sku=None, tip={"payment_method": "visa"})
CARD = line(3, "Bon d'achat", "50.00", sku=None, gift_card=True)
CODE = {"subtotal_price": "25.00", "total_discounts": "5.00"}
INCLUDED = {"taxes_included": True, "total_tax": "2.60"}


@pytest.mark.parametrize(
    ("told", "sales"),
    [
        (
            order([MUG, line(2, "Cup", "10.00", allocated=["5.00"])], "25.00", **CODE),
            {"S-1": (2000, 0), "S-2": (1000, 500)},
        ),
        (
            order(
                [MUG, line(2, "Cup", "10.00", total_discount="4.00", allocated=["4.00", "1.00"])],
                "25.00",
                **CODE,
            ),
            {"S-1": (2000, 0), "S-2": (1000, 500)},
        ),
        (
            order(
                [
                    line(1, "Book", "10.70", tax_lines=[_TAX_7]),
                    line(2, "Mug", "11.90", tax_lines=[_TAX_19]),
                ],
                "22.60",
                **INCLUDED,
            ),
            {"S-1": (1000, 0), "S-2": (1000, 0)},
        ),
        (order([CUP, CARD], "60.00"), {"S-2": (1000, 0)}),
        (order([line(1, "Gift card", "20.00")], "20.00"), {"S-1": (2000, 0)}),
        (order([CARD], "50.00"), {}),
        (
            order([MUG], "23.00", subtotal_price="20.00", total_tip_received="3.00"),
            {"S-1": (2000, 0)},
        ),
        (
            order([MUG, TIP], "23.00", subtotal_price="20.00", total_tip_received="3.00"),
            {"S-1": (2000, 0)},
        ),
        (
            order(
                *([MUG], "24.50"),
                subtotal_price="20.00",
                original_total_duties_set=money("3.00"),
                original_total_additional_fees_set=money("1.50"),
            ),
            {"S-1": (2000, 0)},
        ),
        (order([MUG], "20.00", total_tip_received="3.00"), {"S-1": (2000, 0)}),
        (
            order(
                [MUG, CUP],
                "25.00",
                **CODE,
                total_tip_received="3.00",
                taxes_included=True,
                original_total_duties_set=money("4.00"),
            ),
            {"S-1": (2000, 333), "S-2": (1000, 167)},
        ),
        *(
            (
                order(
                    *([MUG], total),
                    subtotal_price="20.00",
                    original_total_duties_set=money("4.00"),
                    original_total_additional_fees_set=money("1.00"),
                ),
                {"S-1": (2000, 0)},
            )
            for total in ("24.00", "21.00", "20.00")
        ),
    ],
    ids=[
        *("code-of-one-line", "own-and-code", "rates", "card", "called-a-card", "only-a-card"),
        *("tip-in-total", "tip-as-line", "duties-and-fees"),
        *("tip-besides", "nothing-in-total", "duties-alone", "fees-alone", "neither"),
    ],
)
def test_what_json_states_of_lines_is_taken(
    shop: Shop, told: dict[str, Any], sales: dict[str, Any]
) -> None:
    shop.tell(told)
    assert shop.sales == sales
    assert shop.gaps == []


DAY_BACK = LATER[:10]
FOREIGN = refund(1, [(1, 1, "20.00")], "3200", currency="JPY")


@pytest.mark.parametrize(
    ("lines", "refunds", "back"),
    [
        ([line(1, "Mug", "20.00", 2)], [FOREIGN], (1, 2000)),
        (
            [MUG, CUP],
            [refund(1, [(1, 1, "20.00")], "21.00", currency="USD", discrepancy="2.00")],
            (1, 1800),
        ),
        ([MUG, CUP], [refund(1, [], "7.00", currency="USD", discrepancy="-6.00")], (0, 600)),
        ([MUG, TIP], [refund(1, [(3, 1, "3.00")], "3.00")], None),
        ([CUP, CARD], [refund(1, [(3, 1, "50.00")], "50.00")], None),
        ([CUP, CARD], [refund(1, [(2, 1, "10.00"), (3, 1, "50.00")], "60.00")], (1, 1000)),
    ],
    ids=["yen", "kept", "goodwill", "tip", "card", "card-and-goods"],
)
def test_a_refund_takes_back_what_had_been_sold_in_the_shops_money(
    shop: Shop, lines: list[dict[str, Any]], refunds: list[dict[str, Any]], back: Any
) -> None:
    goods = sum(
        round(float(each["price"]) * 100) * each["quantity"] for each in lines if each is not TIP
    )
    tip = 300 * (TIP in lines)
    shop.tell(
        order(
            *(lines, euros(goods + tip)),
            at=LATER,
            subtotal_price=euros(goods),
            total_tip_received=euros(tip),
            refunds=refunds,
        )
    )
    assert shop.back == ([] if back is None else [(DAY_BACK, "return", *back, 0, 0)])


EDITED = refund(1, [(2, 1, "10.00")], at="2026-03-03T10:00:00Z")

PAID_6 = refund(2, [], "6.00", at="2026-03-03T11:00:00Z")


@pytest.mark.parametrize("current", ["20.00", None])
def test_what_an_edit_took_out_is_not_taken_back_again_when_its_money_goes(
    shop: Shop, current: str | None
) -> None:
    """Whether the platform says what the order comes to now, or not."""
    paid = refund(2, [], "10.00", discrepancy="-10.00")
    told = order([MUG, CUP], "30.00", at=LATER, current_total_price=current)
    shop.tell(told | {"refunds": [EDITED, paid]})
    assert shop.back == [("2026-03-03", "edit", 1, 1000, 0, 0)]


@pytest.mark.parametrize(
    ("told", "later", "back"),
    [
        ({"total_outstanding": "0.00"}, ["3.00"], 1300),
        ({"total_outstanding": "2.00"}, ["3.00"], 1300),
        ({"total_outstanding": "-10.00"}, ["10.00"], 1000),
        ({"total_outstanding": "-10.00"}, ["4.00", "9.00"], 1300),
        ({"total_outstanding": "-4.00", "refunds": [EDITED, PAID_6]}, ["4.00"], 1000),
        (
            {
                "total_outstanding": "0.00",
                "current_total_price": "14.00",
                "refunds": [EDITED, PAID_6],
            },
            ["2.00"],
            1800,
        ),
        ({}, ["10.00"], 1000),
    ],
    ids=["paid-after", "not-paid", "owed", "owed-and-more", "part", "goodwill-twice", "not-told"],
)
def test_money_alone_pays_what_the_order_owes_and_is_goodwill_beyond_it(
    shop: Shop, told: dict[str, Any], later: list[str], back: int
) -> None:
    """An edit of an order that was paid after it, or was paid back, is owed no more."""
    change = {"current_total_price": "20.00", "refunds": [EDITED], **told}
    paid = [refund(9 + n, [], each, at=f"2026-03-1{n}T10:00:00Z") for n, each in enumerate(later)]
    shop.tell(order([MUG, CUP], "30.00", at="2026-03-04T10:00:00Z", **change), *paid)
    assert sum(row[3] for row in shop.back) == back


def test_money_given_after_an_exchange_is_no_payment_of_what_came_back(shop: Shop) -> None:
    told = order([MUG, CUP], "30.00", at=LATER, current_total_price="15.00")
    shop.tell(told | {"refunds": [EDITED, refund(2, [], "5.00", discrepancy="-5.00")]})
    assert sum(row[3] for row in shop.back) == 1500


@pytest.mark.parametrize(
    "made",
    [
        "2026-03-03T10:00:00Z",
        "2026-03-05T10:00:00Z",
        "2026-03-05T10:00:01Z",
        "2026-03-09T10:00:00Z",
    ],
)
@pytest.mark.parametrize("listed", [True, False])
def test_a_word_knows_the_refunds_that_it_lists_whatever_their_dates(
    shop: Shop, made: str, listed: bool
) -> None:
    """A program may date a refund back, and two clocks are never one: of an order that owes
    nothing, what is listed paid for its edit, and what is not is given beside it."""
    paid = refund(2, [], "10.00", at=made)
    sums = {"current_total_price": "20.00", "total_outstanding": "0.00"}
    word = order([MUG, CUP], "30.00", at="2026-03-05T10:00:00Z", **sums)
    known = [EDITED, paid] if listed else [EDITED]
    shop.tell(word | {"refunds": known}, paid)
    assert sum(row[3] for row in shop.back) == (1000 if listed else 2000)


def test_an_amount_beyond_reason_is_told_and_harms_nothing(shop: Shop) -> None:
    """A number of a thousand million digits is short to write."""
    wrong = order([MUG], "20.00", total_shipping_price_set=None, id=2, name="#2")
    wrong["shipping_lines"] = [{"price": "1e999999999"}]
    events = [("orders/updated", "e0", wrong), ("orders/updated", "e1", order([MUG], "20.00"))]
    inboxes.put(shop.engine, shop.id, shop.connection, events)
    work_off(shop.engine, shop.id)
    assert inboxes.states_of(shop.engine, shop.id) == {"dead": 1, "done": 1}
    assert shop.sales == {"S-1": (2000, 0)}


@dataclass
class Life:
    """An order's lines and its refunds; ``down`` is by how much its total came down, ``owed`` what
    is to be paid back, after each of the refunds.
    """

    lines: list[dict[str, Any]]
    whole: int
    refunds: list[dict[str, Any]] = field(default_factory=list)
    down: list[int] = field(default_factory=lambda: [0])
    owed: list[int] = field(default_factory=lambda: [0])

    def word(self, known: int) -> dict[str, Any]:
        """The order after so many refunds."""
        return order(
            *(self.lines, euros(self.whole)),
            at=self.refunds[known - 1]["processed_at"] if known else DAY,
            current_total_price=euros(self.whole - self.down[known]),
            total_outstanding=f"-{euros(self.owed[known])}",
            refunds=self.refunds[:known],
        )


@st.composite
def lives(draw: st.DrawFn, *, exchanges: int = 0) -> Life:
    """A life whose first ``exchanges`` refunds may be edits that something else was bought for."""
    prices = draw(st.lists(st.integers(100, 5_000), min_size=2, max_size=4))
    lines = [line(n, f"P{n}", euros(price)) for n, price in enumerate(prices, 1)]
    there, whole, owed, down = dict(enumerate(prices, 1)), sum(prices), 0, 0
    life = Life(lines, whole)
    for turn in range(1, draw(st.integers(1, 5)) + 1):
        at = f"2026-03-{4 + turn:02}T10:00:00Z"
        exchange = ["exchange"] * (len(life.refunds) < exchanges)
        step = draw(st.sampled_from(["return", "edit", "pay", "goodwill", *exchange]))
        number = draw(st.sampled_from(sorted(there))) if there else 0
        currency = draw(st.sampled_from(["EUR", "JPY"]))

        def moved(cents: int, currency: str = currency) -> str:
            return euros(cents) if currency == "EUR" else str(cents * 2)

        part, lines_back, paid = 0, [], None
        if step in {"return", "edit", "exchange"} and number and down + there[number] <= whole:
            price = there.pop(number)
            down += price
            owed += price * (step == "edit")
            paid = moved(price) if step == "return" else None
            lines_back = [(number, 1, euros(price))]
        elif step == "pay" and owed:
            part = draw(st.integers(1, owed))
            owed -= part
        elif step == "goodwill" and not owed and down < whole:
            part = draw(st.integers(1, whole - down))
            if any(part > price for price in there.values()) or len(there) != 1:
                continue
            down += part
            there = {each: price - part for each, price in there.items() if price > part}
        else:
            continue
        told = {"currency": currency, "discrepancy": f"-{euros(part)}"} if part else {}
        told |= {"currency": currency}
        life.refunds.append(refund(turn, lines_back, moved(part) if part else paid, at=at, **told))
        life.down.append(down)
        life.owed.append(owed)
    return life


@settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), life=lives())
def test_sales_come_down_by_what_the_orders_total_came_down_by(
    service_engine: Engine, data: st.DataObject, life: Life
) -> None:
    """With money at once, later or in another currency, and events in any order, some twice."""
    events = [life.word(0) | {"refunds": []}, life.word(len(life.refunds)), *life.refunds]
    shop, in_turn = Shop(service_engine), Shop(service_engine)
    shop.tell(*data.draw(st.permutations([*events, *data.draw(st.permutations(events))])))
    in_turn.tell(*events)
    assert sum(row[3] for row in shop.back) == life.down[-1]
    assert Counter(shop.back) == Counter(in_turn.back)


@settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), known=st.integers(0, 3))
def test_sales_come_down_as_far_as_refunds_told_after_the_orders_last_word(
    service_engine: Engine, data: st.DataObject, known: int
) -> None:
    """Of what came before, the word tells what it was for; of what came later, what was owed."""
    life = data.draw(lives(exchanges=known))
    shop = Shop(service_engine)
    known = min(known, len(life.refunds))
    shop.tell(*data.draw(st.permutations([life.word(known), *life.refunds[known:]])))
    assert sum(row[3] for row in shop.back) == life.down[-1]
