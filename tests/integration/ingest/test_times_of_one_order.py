"""An order of one site is itself, however a file spells its time and whoever moved that."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.integration.ingest.test_connections_of_one_shop import NO_SALES, at_woocommerce
from tests.integration.ingest.test_webhook_law import IN_ONE_DATABASE, bring_in
from tests.support import inboxes
from tests.support.webhook_shop import WebhookShop
from tests.support.woocommerce_file import file_of

from ingest.webhooks.work import work_off

FAR_APART = {
    "a day of 25 hours": ("Europe/Berlin", "2026-10-25", "2026-10-25T22:30:00"),
    "a site elsewhere": ("Asia/Tokyo", "2026-03-02", "2026-03-02T20:00:00"),
    "a clock elsewhere": ("Pacific/Auckland", "2026-03-02 23:00", "2026-03-03T23:00:00"),
    "a date that was set right": ("UTC", "2026-03-02 12:00:00", "2026-03-04T12:00:00"),
}
NONE_OF_ONE_SITE = NO_SALES | {"it is deleted": ("order.deleted", {})}


@pytest.mark.parametrize("no_sale", NONE_OF_ONE_SITE)
@pytest.mark.parametrize("apart", FAR_APART)
def test_an_order_that_a_file_brought_goes_however_far_apart_its_times_are(
    service_engine: Engine, apart: str, no_sale: str
) -> None:
    zone, spelt, placed = FAR_APART[apart]
    shop = WebhookShop(service_engine, "woocommerce", zone)
    topic, change = NONE_OF_ONE_SITE[no_sale]
    order = at_woocommerce(5) | {"date_created_gmt": placed, "date_paid_gmt": placed}
    if topic == "order.deleted":
        shop.hear(("order.updated", order))
    bring_in(shop.engine, shop.id, "woocommerce", file_of(spelt))
    shop.hear((topic, {"id": 1} if topic == "order.deleted" else order | change))
    assert inboxes.ledger_of(shop.engine, shop.id)["orders"] == []


def test_an_order_whose_date_one_connection_alone_hears_of_is_still_itself(
    service_engine: Engine,
) -> None:
    """Its key tells that, which no other site's order has."""
    shop = WebhookShop(service_engine, "woocommerce")
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    key = {"order_key": "wc_order_a1"}
    shop.hear(("order.updated", at_woocommerce(5) | key))
    moved = {
        "date_created_gmt": "2026-03-02T17:00:00",
        "date_paid_gmt": None,
        "status": "cancelled",
    }
    event = ("order.updated", "b1", at_woocommerce(6) | key | moved)
    inboxes.put(shop.engine, shop.id, other, [event])
    work_off(shop.engine, shop.id)
    assert inboxes.ledger_of(shop.engine, shop.id)["orders"] == []


def test_orders_of_two_sites_that_were_placed_at_one_moment_are_two(service_engine: Engine) -> None:
    shop = WebhookShop(service_engine, "woocommerce")
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    shop.hear(("order.updated", at_woocommerce(5) | {"order_key": "wc_order_a1"}))
    theirs = at_woocommerce(6) | {"order_key": "wc_order_b1", "status": "cancelled"}
    inboxes.put(shop.engine, shop.id, other, [("order.updated", "b1", theirs)])
    work_off(shop.engine, shop.id)
    assert [row[0] for row in inboxes.ledger_of(shop.engine, shop.id)["orders"]] == ["1"]


@pytest.mark.parametrize(
    ("zone", "spelt", "theirs", "ours", "goes"),
    [
        ("UTC", "2026-03-02 12:00:00", "2026-03-02T12:00:00", "2026-03-02T15:00:00", False),
        ("Europe/Berlin", "2026-03-02", "2026-02-28T17:00:00", "2026-03-03T08:00:00", True),
    ],
    ids=["theirs to the second", "ours by the day of another zone"],
)
def test_what_a_file_brought_is_the_order_whose_time_it_spells(
    service_engine: Engine, zone: str, spelt: str, theirs: str, ours: str, goes: bool
) -> None:
    """Two sites have an order of that number, and neither is a sale."""
    shop = WebhookShop(service_engine, "woocommerce", zone)
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    no_sale = {"status": "cancelled", "date_paid_gmt": None}

    def hear(connection: UUID, key: str, placed: str) -> None:
        order = at_woocommerce(5) | {"order_key": key, "date_created_gmt": placed} | no_sale
        inboxes.put(shop.engine, shop.id, connection, [("order.updated", key, order)])
        work_off(shop.engine, shop.id)

    hear(other, "b", theirs)
    bring_in(shop.engine, shop.id, "woocommerce", file_of(spelt))
    hear(shop.connection, "a", ours)
    assert len(inboxes.ledger_of(shop.engine, shop.id)["orders"]) == (0 if goes else 1)


@pytest.mark.parametrize(("known_by", "left"), [("its time", 0), ("its key", 1)])
def test_an_order_is_itself_by_the_time_that_was_told_before(
    service_engine: Engine, known_by: str, left: int
) -> None:
    """Its date moves as it is cancelled, past that of another site's sale of its number; by time
    alone the ledger has one of the two."""
    shop = WebhookShop(service_engine, "woocommerce")
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    cancelled = {"status": "cancelled", "date_paid_gmt": None}
    stories: list[tuple[UUID, str, str, dict[str, Any]]] = [
        (other, "b", "13:00", {}),
        (shop.connection, "a", "12:00", {}),
        (shop.connection, "a", "14:50", cancelled),
    ]
    for day, (connection, key, at, change) in enumerate(stories, 5):
        then = f"2026-03-02T{at}:00"
        times = {"date_created_gmt": then, "date_paid_gmt": then}
        order = at_woocommerce(day) | times | change
        order |= {"order_key": key} if known_by == "its key" else {}
        inboxes.put(shop.engine, shop.id, connection, [("order.updated", f"{day}", order)])
        work_off(shop.engine, shop.id)
    assert len(inboxes.ledger_of(shop.engine, shop.id)["orders"]) == left


def test_the_key_of_an_order_which_opens_its_page_is_not_kept(service_engine: Engine) -> None:
    shop = WebhookShop(service_engine, "woocommerce")
    shop.hear(("order.updated", at_woocommerce(5) | {"order_key": "wc_order_a1"}))
    ((kept,),) = shop.rows("SELECT facts::text FROM webhook_orders")
    assert "wc_order" not in kept
    assert '"key": "' in kept


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo", "Pacific/Kiritimati", "Etc/GMT+12"])
SPELT = st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"])
START = datetime(2026, 3, 1)  # noqa: DTZ001 - hypothesis takes bounds without a zone
PLACED = st.datetimes(START, START + timedelta(days=240), timezones=st.just(UTC)).map(
    lambda each: each.replace(microsecond=0)
)
STATES = [{"status": "processing"}, *(change for _, change in NO_SALES.values())]


@IN_ONE_DATABASE
@given(data=st.data(), shop_zone=ZONES, site_zone=ZONES, spelt=SPELT, placed=PLACED)
def test_the_ledger_is_what_the_last_word_says_in_any_order_of_files_and_events(
    service_engine: Engine,
    data: st.DataObject,
    shop_zone: str,
    site_zone: str,
    spelt: str,
    placed: datetime,
) -> None:
    """Two connections hear of one site's order, whose date is moved besides."""
    shop = WebhookShop(service_engine, "woocommerce", shop_zone)
    both = [shop.connection, inboxes.connect(service_engine, shop.id, "woocommerce")]
    at_site = placed.astimezone(ZoneInfo(site_zone))
    files = file_of(at_site.strftime(spelt))
    words = data.draw(st.lists(st.sampled_from(STATES), min_size=1, max_size=4))
    told: list[dict[str, Any]] = []
    for day, change in enumerate(words, 10):
        moved = placed + data.draw(st.sampled_from([timedelta(0), timedelta(hours=-70)]))
        then = f"{moved:%Y-%m-%dT%H:%M:%S}"
        times = {"date_created_gmt": then, "date_paid_gmt": then}
        told.append(at_woocommerce(day) | {"order_key": "wc_order_a"} | times | change)
    steps = data.draw(st.permutations([*range(len(told)), None, None]))
    newest, last = dict.fromkeys(both, -1), False
    for number, step in enumerate(steps):
        if step is None:
            bring_in(service_engine, shop.id, "woocommerce", files)
            last = True
            continue
        connection = data.draw(st.sampled_from(both))
        inboxes.put(
            service_engine, shop.id, connection, [("order.updated", f"{number}", told[step])]
        )
        work_off(service_engine, shop.id)
        if step > newest[connection]:
            newest[connection] = step
            last = words[max(newest.values())] == STATES[0]
    found = inboxes.ledger_of(service_engine, shop.id)["orders"]
    assert len(found) == (1 if last else 0)
