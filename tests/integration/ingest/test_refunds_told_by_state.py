"""An order that was paid back by its state alone: whether its refunds are known does not depend on
who spoke last."""

from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.integration.ingest.test_told_by_events import export, sold, told
from tests.integration.ingest.test_webhook_law import bring_in
from tests.support import woocommerce_orders
from tests.support.shopify_json import LATER, refund
from tests.support.webhook_shop import WebhookShop

from ingest.import_files import FileKind

OPEN = "SELECT kind FROM data_gaps WHERE amount IS DISTINCT FROM 0"
NOT_KNOWN = [("refunds-not-known",)]
WHOLE, PART = "25.00", "1.00"


class Of:
    """A shop with an order of 25.00, which its export, its events and a file of refunds tell."""

    def __init__(self, engine: Engine, platform: str, state: str) -> None:
        self.shop = WebhookShop(engine, platform)
        self.platform, self.state = platform, state
        goods = {"name": "P", "sku": "P", "quantity": 1, "before": 2_500, "total": 2_500}
        head = {"customer": 5, "email": "", "shipping": 0, "fee": 0, "tax": 0, "discount": 0}
        start = woocommerce_orders.START
        self.story = woocommerce_orders.Story(
            *(0, head | {"total": 2_500}, [goods], start),
            status=state.replace("_", "-"),
            paid=start,
        )
        self.name = {"shopify": "#1001", "woocommerce": "700"}[platform]

    def step(self, name: str, *, without: str = "no column") -> None:
        if name == "export":
            content = woocommerce_orders.export([self.story]).replace(without.encode(), b"other", 1)
            files = {FileKind.ORDERS: content}
            if self.platform == "shopify":
                files = export(sold(0, **{"Financial Status": self.state}))
            bring_in(self.shop.engine, self.shop.id, self.platform, files)
        elif name == "event":
            self.shop.hear(self.event())
        else:
            refunds = "refund_id,order_id,line_id,processed_at,quantity,amount\n"
            refunds += f"mine,{self.name},,2026-03-05T10:00:00Z,,{name}\n"
            files = {FileKind.REFUNDS: refunds.encode()}
            bring_in(self.shop.engine, self.shop.id, "own", files)

    def event(self) -> tuple[str, dict[str, Any]]:
        if self.platform == "shopify":
            return "orders/updated", told(financial_status=self.state)
        self.story.tell("order.updated", woocommerce_orders.START.replace(month=3, day=4))
        return "order.updated", self.story.events[-1][2]


@pytest.mark.parametrize("platform", ["shopify", "woocommerce"])
@pytest.mark.parametrize("state", ["refunded", "partially_refunded"])
@pytest.mark.parametrize("amounts", [(WHOLE,), (PART,), (WHOLE, PART), (PART, WHOLE)])
def test_in_whatever_order_export_file_and_event_come_the_same_is_not_known(
    service_engine: Engine, platform: str, state: str, amounts: tuple[str, ...]
) -> None:
    """A file may come again, corrected."""
    ended = set()
    orders = {
        each
        for each in permutations(["export", "event", *amounts])
        if each[0] not in amounts and tuple(step for step in each if step in amounts) == amounts
    }
    for steps in sorted(orders):
        of = Of(service_engine, platform, state)
        for step in steps:
            of.step(step)
        ended.add((tuple(of.shop.rows(OPEN)), steps))
    known = state == "partially_refunded" or amounts[-1] == WHOLE
    assert {gaps for gaps, _ in ended} == {() if known else tuple(NOT_KNOWN)}, ended


@pytest.mark.parametrize(("quantity", "known"), [(1, True), (0, False)])
def test_goods_that_came_back_without_a_word_of_money_are_what_the_state_tells(
    service_engine: Engine, quantity: int, known: bool
) -> None:
    """All of them, where the state says that all was paid back."""
    of = Of(service_engine, "shopify", "refunded")
    lines = [(1, 1, "20.00"), (2, 1, "5.00")][: 1 + quantity]
    back = [refund(1, lines, moved=None)]
    later = told(financial_status="refunded", refunds=back, at=LATER)
    of.shop.hear(("orders/updated", later))
    assert of.shop.rows(OPEN) == ([] if known else NOT_KNOWN)


def test_what_a_missing_column_leaves_open_no_state_settles(service_engine: Engine) -> None:
    """There may be more than the state tells of."""
    of = Of(service_engine, "woocommerce", "partially_refunded")
    of.step("export")
    of.step(WHOLE)
    assert of.shop.rows(OPEN) == []
    of.step("export", without="refund_items")
    assert of.shop.rows(OPEN) == NOT_KNOWN
