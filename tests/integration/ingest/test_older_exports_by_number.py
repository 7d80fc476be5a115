"""An export of WooCommerce, whose orders have no ids, behind what events told of them."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.integration.ingest.test_webhook_law import bring_in
from tests.support.webhook_shop import WebhookShop
from tests.support.woocommerce_json import DAY, line, order

from ingest.formats.registry import FORMATS
from ingest.import_files import FileKind, Imported, ImportFile, import_files

OLDER = "which the file, being older, has not"
TAKEN = "webhooks told it otherwise"
SOLD = order([line(1, "20.00", quantity=2)], "20.00")
SINCE = "2026-03-05T10:00:00"


def export(number: str = "1", day: str = "2026-03-02 10:00:00") -> bytes:
    """An order of two pieces for 20.00, paid when it was placed."""
    row = {
        "order_id": "1", "order_number": number, "order_date": day, "paid_date": day,
        "status": "processing", "order_currency": "EUR", "order_total": "20.00",
        "line_item_1": "name:P1|sku:P1|quantity:2|total:20.00|sub_total:20.00",
    }  # fmt: skip
    return f"{','.join(row)}\n{','.join(row.values())}\n".encode()


def bring(shop: WebhookShop, content: bytes, refunds: str = "") -> Imported:
    files = {FileKind.ORDERS: ImportFile("orders.csv", [content])}
    if refunds:
        files[FileKind.REFUNDS] = ImportFile("refunds.csv", [refunds.encode()])
    return import_files(shop.engine, shop.id, files, layout=FORMATS["woocommerce"])


def worth(shop: WebhookShop) -> int:
    """What the shop sold."""
    ((found,),) = shop.rows("SELECT coalesce(sum(unit_price * quantity), 0) FROM order_lines")
    return int(found)


def said(outcome: Imported, what: str) -> list[str]:
    return [each.partition(":")[0] for each in outcome.notes if what in each]


@pytest.fixture
def shop(service_engine: Engine) -> WebhookShop:
    return WebhookShop(service_engine, "woocommerce")


def hear(shop: WebhookShop, **change: Any) -> None:
    shop.hear(("order.updated", {**SOLD, **change}))


ENDS: list[tuple[str, Mapping[str, Any]]] = [
    *(
        ("order.updated", {**SOLD, "status": each, "date_modified_gmt": SINCE})
        for each in ("cancelled", "failed", "trash")
    ),
    ("order.deleted", {"id": 1}),
]


@pytest.mark.parametrize("number", ["1", "A-7"])
@pytest.mark.parametrize("end", ENDS)
def test_an_order_that_is_no_sale_since_is_not_brought_back(
    shop: WebhookShop, end: tuple[str, dict[str, Any]], number: str
) -> None:
    hear(shop, number=number)
    bring(shop, export(number))
    assert worth(shop) == 2000
    topic, payload = end
    shop.hear((topic, payload if topic == "order.deleted" else payload | {"number": number}))
    assert worth(shop) == 0
    columns = "refund_id,order_id,line_id,processed_at,quantity,amount\n"
    mine = f"{columns}mine,{number},1,2026-03-05T10:00:00Z,1,10.00\n"
    outcome = bring(shop, export(number), mine)
    assert (worth(shop), shop.rows("SELECT FROM refunds")) == (0, [])
    assert said(outcome, OLDER) == [f"1 order ({number})"]
    assert not said(outcome, TAKEN)
    back = {"number": number, "date_modified_gmt": "2099-01-01T00:00:00"}
    shop.hear(("order.restored", {**SOLD, **back}))
    assert worth(shop) == 2000


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ({"status": "pending", "date_paid_gmt": None}, "2026-03-02 10:00:00"),
        ({"status": "cancelled", "date_paid_gmt": None}, "2026-03-02 10:00:00"),
        ({"status": "cancelled"}, "2026-04-20 10:00:00"),
        ({"status": "cancelled", "date_created_gmt": "2025-03-02T10:00:00"}, "2026-03-02 10:00:00"),
    ],
    ids=["paid-since", "never-paid", "paid-again", "of-another-site"],
)
def test_what_may_be_newer_is_taken_and_said(
    shop: WebhookShop, told: dict[str, Any], day: str
) -> None:
    hear(shop, **told)
    outcome = bring(shop, export(day=day))
    assert worth(shop) == 2000
    assert (said(outcome, TAKEN), said(outcome, OLDER)) == (["1 order (1)"], [])


def test_a_file_with_orders_from_after_that_is_no_older(shop: WebhookShop) -> None:
    """The event that revived the order was lost; the file, of weeks later, has it as paid."""
    hear(shop, status="cancelled", date_modified_gmt=SINCE)
    other = export("2", "2026-03-15 10:00:00").partition(b"\n")[2].replace(b"1,", b"2,", 1)
    outcome = bring(shop, export() + other)
    assert worth(shop) == 2000 + 2000
    assert (said(outcome, TAKEN), said(outcome, OLDER)) == (["1 order (1)"], [])


@pytest.mark.parametrize("number", ["1", "A-7"])
def test_an_order_that_a_plug_in_numbers_is_said_to_be_otherwise_too(
    shop: WebhookShop, number: str
) -> None:
    hear(shop, number=number, line_items=[line(1, "10.00")], total="10.00")
    outcome = bring(shop, export(number))
    assert (worth(shop), said(outcome, TAKEN)) == (2000, [f"1 order ({number})"])
    assert not said(bring(shop, export(number)), TAKEN)


def test_an_order_that_has_the_id_of_another_as_its_number_is_not_that_one(
    shop: WebhookShop,
) -> None:
    hear(shop, id=7, number="1", date_modified_gmt=DAY)
    hear(shop, id=1, number="A-7", status="cancelled", date_modified_gmt=SINCE)
    outcome = bring(shop, export("1"))
    assert (worth(shop), said(outcome, OLDER)) == (2000, [])


def test_a_file_beside_no_event_says_nothing_of_events(shop: WebhookShop) -> None:
    bring_in(shop.engine, shop.id, "woocommerce", {FileKind.ORDERS: export()})
    outcome = bring(shop, export())
    assert not [each for each in outcome.notes if "webhooks" in each]
