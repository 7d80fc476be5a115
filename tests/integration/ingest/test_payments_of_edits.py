"""An order stays paid when it was first paid: a payment of an edit moves it to no other day."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.integration.ingest.test_webhook_law import HEAD, LINE, bring_in
from tests.support.shopify_json import line, order
from tests.support.shopify_orders import Story, export
from tests.support.webhook_shop import WebhookShop

from ingest.import_files import FileKind

CREATED, PAID = datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
EDITED, LATER = "2026-03-05T10:00:00Z", datetime(2026, 3, 5, 10, tzinfo=UTC)
MUG, CUP = line(1, "Mug", "5.00", sku="M"), line(2, "Cup", "10.00")
THEN = {"created_at": CREATED.isoformat()}


def placed(at: str = CREATED.isoformat(), **change: Any) -> dict[str, Any]:
    return order([MUG], "5.00", **(THEN | {"at": at} | change))


def edited(at: str = EDITED, **change: Any) -> dict[str, Any]:
    return order([MUG, CUP], "15.00", **(THEN | {"at": at} | change))


@pytest.fixture
def shop(service_engine: Engine) -> WebhookShop:
    return WebhookShop(service_engine, "shopify")


def paid_of(shop: WebhookShop) -> list[datetime]:
    return [row[0] for row in shop.rows("SELECT paid_at FROM orders")]


def import_of(shop: WebhookShop, paid: datetime, platform_id: bytes = b"450001") -> None:
    """The export of the order before it was edited."""
    story = Story(1, HEAD, [LINE], CREATED, paid)
    content = export([story]).replace(b"450001", platform_id)
    bring_in(shop.engine, shop.id, "shopify", {FileKind.ORDERS: content})


@pytest.mark.parametrize("topic", ["orders/paid", "orders/updated"])
def test_an_order_of_an_export_stays_on_its_day_when_events_tell_of_an_edit(
    shop: WebhookShop, topic: str
) -> None:
    """A payment of 5 March, or none: the export's of 2 March is known."""
    import_of(shop, PAID)
    assert paid_of(shop) == [PAID]
    shop.hear((topic, edited()))
    assert paid_of(shop) == [PAID]
    assert shop.rows("SELECT count(*)::int FROM order_lines") == [(2,)]


def test_a_payment_that_is_earlier_than_the_exports_is_taken(shop: WebhookShop) -> None:
    import_of(shop, LATER)
    shop.hear(("orders/paid", placed(PAID.isoformat())))
    assert paid_of(shop) == [PAID]


def test_another_order_of_the_same_name_has_a_payment_of_its_own(shop: WebhookShop) -> None:
    """One of a file without ids, that was placed at another time."""
    import_of(shop, PAID, b"")
    told = edited() | {"created_at": "2026-03-04T10:00:00Z"}
    shop.hear(("orders/paid", told))
    assert paid_of(shop) == [LATER]


@pytest.mark.parametrize("topic", ["orders/create", "orders/updated"])
def test_a_word_that_calls_an_order_paid_tells_that_a_payment_came_before(
    service_engine: Engine, topic: str
) -> None:
    """Created on 1 March and paid by 2 March; an item was added and paid on 5 March."""
    events = [
        (topic, placed(PAID.isoformat())),
        ("orders/updated", edited("2026-03-04T10:00:00Z", financial_status="partially_paid")),
        ("orders/paid", edited()),
    ]
    for arrived in permutations(events):
        shop = WebhookShop(service_engine, "shopify")
        for event in arrived:
            shop.hear(event)
        assert paid_of(shop) == [PAID]


def test_a_payment_is_what_tells_the_day_of_an_order_that_was_pending(shop: WebhookShop) -> None:
    shop.hear(
        ("orders/create", placed(financial_status="pending")),
        ("orders/paid", placed(PAID.isoformat())),
        ("orders/updated", placed(EDITED)),
    )
    assert paid_of(shop) == [PAID]
