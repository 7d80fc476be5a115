"""Connections of one shop that hear of the same orders, or of others that are called alike."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.integration.ingest.test_told_by_events import FIRST_ID, told
from tests.integration.ingest.test_webhook_law import bring_in
from tests.support import inboxes, woocommerce_json
from tests.support.shopify_json import refund
from tests.support.webhook_shop import WebhookShop
from tests.support.woocommerce_file import file_of

from common.instants import now
from ingest.webhooks.work import work_off

Told = tuple[str, str, dict[str, Any]]
BACK = refund(1, [(1, 1, "20.00")], "20.00", at="2026-03-04T10:00:00Z")


def at_woocommerce(day: int, total: str = "60.00", *, placed: int = 2) -> dict[str, Any]:
    order = woocommerce_json.order(
        [woocommerce_json.line(1, total)], total, at=f"2026-03-{day:02}T12:00:00"
    )
    then = f"2026-03-{placed:02}T12:00:00"
    return order | {"date_created_gmt": then, "date_paid_gmt": then}


STORIES: dict[str, tuple[Any, list[Told], list[Told]]] = {
    "shopify": (
        FIRST_ID,
        [("orders/updated", "a1", told(at="2026-03-05T10:00:00Z"))],
        [("orders/updated", "b1", told(at="2026-03-04T10:00:00Z"))],
    ),
    "shopify, the deletion alone": (
        FIRST_ID,
        [],
        [("orders/updated", "b1", told(at="2026-03-04T10:00:00Z"))],
    ),
    "woocommerce": (
        1,
        [("order.updated", "a1", at_woocommerce(5))],
        [("order.updated", "b1", at_woocommerce(4))],
    ),
}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("story", STORIES)
def test_a_deleted_order_stays_out_whatever_old_another_connection_hears(
    service_engine: Engine, story: str, together: bool
) -> None:
    platform = story.partition(",")[0]
    number, first, late = STORIES[story]
    topic = {"shopify": "orders/delete", "woocommerce": "order.deleted"}[platform]
    shop = WebhookShop(service_engine, platform)
    other = inboxes.connect(shop.engine, shop.id, platform)
    inboxes.put(shop.engine, shop.id, shop.connection, [*first, (topic, "d", {"id": number})])
    if not together:
        work_off(shop.engine, shop.id)
    inboxes.put(shop.engine, shop.id, other, late)
    work_off(shop.engine, shop.id)
    assert inboxes.states_of(shop.engine, shop.id) == {"done": len(first) + 1 + len(late)}
    assert inboxes.ledger_of(shop.engine, shop.id)["orders"] == []


def test_what_is_said_long_after_a_deletion_brings_the_order_back_whoever_hears_it(
    service_engine: Engine,
) -> None:
    shop = WebhookShop(service_engine, "woocommerce")
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    shop.hear(("order.updated", at_woocommerce(5)), ("order.deleted", {"id": 1}))
    later = at_woocommerce(5) | {
        "date_modified_gmt": f"{now() + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}"
    }
    inboxes.put(shop.engine, shop.id, other, [("order.updated", "b1", later)])
    work_off(shop.engine, shop.id)
    assert inboxes.states_of(shop.engine, shop.id) == {"done": 3}
    assert [row[0] for row in inboxes.ledger_of(shop.engine, shop.id)["orders"]] == ["1"]


def test_two_sites_whose_orders_are_called_alike_are_each_taken_as_told(
    service_engine: Engine,
) -> None:
    """The one that is told last has the name, as it has beside an import."""
    shop = WebhookShop(service_engine, "woocommerce")
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    theirs = at_woocommerce(7, "20.00", placed=6)
    inboxes.put(shop.engine, shop.id, other, [("order.updated", "b1", theirs)])
    work_off(shop.engine, shop.id)
    shop_of = "SELECT sum(unit_price * quantity)::bigint FROM order_lines"
    assert shop.rows(shop_of) == [(2000,)]
    mine = at_woocommerce(5, placed=5)
    inboxes.put(shop.engine, shop.id, shop.connection, [("order.updated", "a1", mine)])
    work_off(shop.engine, shop.id)
    assert shop.rows(shop_of) == [(6000,)]


@pytest.mark.parametrize("refund_first", [True, False])
def test_a_refund_that_one_connection_alone_hears_counts(
    service_engine: Engine, refund_first: bool
) -> None:
    shop = WebhookShop(service_engine, "shopify")
    other = inboxes.connect(shop.engine, shop.id)
    heard = [
        (shop.connection, ("orders/updated", "a1", told(at="2026-03-02T10:00:00Z"))),
        (other, ("refunds/create", "b1", BACK)),
    ]
    heard = heard[::-1] if refund_first else heard
    heard += [(shop.connection, ("orders/updated", "a2", told(at="2026-03-03T10:00:00Z")))]
    for connection, event in heard:
        inboxes.put(shop.engine, shop.id, connection, [event])
        work_off(shop.engine, shop.id)
    assert shop.rows("SELECT sum(quantity)::int, sum(amount)::int FROM refunds") == [(1, 2000)]


def test_an_order_is_back_at_once_whichever_connection_heard_that_it_was(
    service_engine: Engine,
) -> None:
    """A clock that goes a little wrong is forgiven to other words; this one says what it is."""
    shop = WebhookShop(service_engine, "woocommerce")
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    shop.hear(("order.updated", at_woocommerce(5)), ("order.deleted", {"id": 1}))
    soon = {"date_modified_gmt": f"{now() + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}"}
    inboxes.put(shop.engine, shop.id, other, [("order.restored", "b1", at_woocommerce(5) | soon)])
    work_off(shop.engine, shop.id)
    assert [row[0] for row in inboxes.ledger_of(shop.engine, shop.id)["orders"]] == ["1"]


NO_SALES: dict[str, tuple[str, dict[str, Any]]] = {
    "it is not paid": ("order.updated", {"status": "pending", "date_paid_gmt": None}),
    "it is cancelled": ("order.updated", {"status": "cancelled"}),
    "it is in the bin": ("order.updated", {"status": "trash"}),
}


@pytest.mark.parametrize("no_sale", NO_SALES)
@pytest.mark.parametrize("deleted", [True, False])
@pytest.mark.parametrize("brought", [None, "2026-03-05 12:00:00", "2026-03-05 12:00", "2026-03-05"])
@pytest.mark.parametrize("placed", ["2026-03-05T11:00:00", "2026-03-05T12:00:01"])
def test_an_order_that_is_no_sale_takes_none_of_another_site_out(
    service_engine: Engine, no_sale: str, deleted: bool, brought: str | None, placed: str
) -> None:
    """Nor where a file brought that again: a midnight, which is but a day, is nearer to either."""
    shop = WebhookShop(service_engine, "woocommerce")
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    shop.hear(("order.updated", at_woocommerce(5, placed=5)))
    if brought is not None:
        bring_in(shop.engine, shop.id, "woocommerce", file_of(brought))
    topic, change = NO_SALES[no_sale]
    theirs = at_woocommerce(7) | {"date_created_gmt": placed, "date_paid_gmt": placed} | change
    events: list[Told] = [(topic, "b1", theirs)]
    events += [("order.deleted", "b2", {"id": 1})] if deleted else []
    inboxes.put(shop.engine, shop.id, other, events)
    work_off(shop.engine, shop.id)
    assert [row[0] for row in inboxes.ledger_of(shop.engine, shop.id)["orders"]] == ["1"]


@pytest.mark.parametrize("placed", ["2026-03-02 12:00:00", "2026-03-02 12:00", "2026-03-02"])
@pytest.mark.parametrize("no_sale", NO_SALES)
def test_an_order_that_a_file_brought_goes_however_the_file_spells_its_time(
    service_engine: Engine, placed: str, no_sale: str
) -> None:
    shop = WebhookShop(service_engine, "woocommerce")
    bring_in(shop.engine, shop.id, "woocommerce", file_of(placed))
    _, change = NO_SALES[no_sale]
    then = {"date_created_gmt": "2026-03-02T12:00:59"}
    shop.hear(("order.updated", at_woocommerce(5) | then | change))
    assert inboxes.ledger_of(shop.engine, shop.id)["orders"] == []


def test_the_nearest_of_two_sites_is_the_one_that_a_file_brought(service_engine: Engine) -> None:
    """A file tells no seconds; both sites are told in turn that theirs was cancelled."""
    shop = WebhookShop(service_engine, "woocommerce")
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    mine = at_woocommerce(5) | {"date_created_gmt": "2026-03-02T12:00:40"}
    theirs = at_woocommerce(5) | {"date_created_gmt": "2026-03-02T13:00:00"}
    shop.hear(("order.updated", mine))
    bring_in(shop.engine, shop.id, "woocommerce", file_of("2026-03-02 12:00"))
    orders = []
    for connection, name, payload in ((other, "b", theirs), (shop.connection, "a", mine)):
        event = ("order.updated", name, payload | {"status": "cancelled", "date_paid_gmt": None})
        inboxes.put(shop.engine, shop.id, connection, [event])
        work_off(shop.engine, shop.id)
        orders.append(len(inboxes.ledger_of(shop.engine, shop.id)["orders"]))
    assert orders == [1, 0]


def test_an_order_whose_day_was_set_right_is_still_itself(service_engine: Engine) -> None:
    shop = WebhookShop(service_engine, "woocommerce")
    shop.hear(("order.updated", at_woocommerce(5)))
    moved = at_woocommerce(6) | {"date_created_gmt": "2026-01-10T12:00:00", "status": "cancelled"}
    shop.hear(("order.updated", moved | {"date_paid_gmt": None}))
    assert inboxes.ledger_of(shop.engine, shop.id)["orders"] == []
