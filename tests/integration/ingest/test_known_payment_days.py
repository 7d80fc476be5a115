"""A sale stays on the day on which it is known to be paid, whoever can only assume that later."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.integration.ingest.test_webhook_law import IN_ONE_DATABASE, bring_in
from tests.support import shopify_json, woocommerce_json
from tests.support.webhook_shop import WebhookShop

from ingest.formats import registry
from ingest.import_files import FileKind, ImportFile, import_files

PLACED, PAID, CORRECTED = "2026-03-01", "2026-03-04", "2026-03-05"
TOLD_PAID = "paid_at::date::text"
BACK = "processed_at::date::text"


def file(row: dict[str, str]) -> dict[FileKind, bytes]:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(row))
    writer.writeheader()
    writer.writerow(row)
    return {FileKind.ORDERS: written.getvalue().encode()}


def cells(**row: str) -> dict[FileKind, bytes]:
    return file({name.replace("_", " "): cell for name, cell in row.items()})


def ordered(paid: str | None, **more: str) -> dict[FileKind, bytes]:
    """A row of Advanced Order Export, without a column of payments where ``paid`` is None."""
    row = {"Order_Number": "77", "Order_Status": "Completed", "Order_Date": f"{PLACED} 10:22"}
    row |= {} if paid is None else {"Paid_Date": f"{paid} 09:00" if paid else ""}
    goods = {"Item_Name": "Mug", "Quantity": "1", "Item_Cost": "10.00"}
    return cells(**row, **goods, Order_Total_Amount="10.00", **more)


def listed(paid: str | None) -> dict[FileKind, bytes]:
    """A row of an order with its items in columns."""
    row = {
        "order_id": "77",
        "order_number": "77",
        "order_date": f"{PLACED} 10:22:00",
        "status": "completed",
    }
    row |= {} if paid is None else {"paid_date": f"{paid} 09:00:00" if paid else ""}
    goods = "name:Mug|product_id:1|sku:|quantity:1|total:10.00|sub_total:10.00"
    sums = {"order_total": "10.00", "order_currency": "EUR", "shipping_total": "0.00"}
    return file(row | sums | {"line_item_1": goods})


def of_shopify(paid: str | None) -> dict[FileKind, bytes]:
    return cells(
        Name="#1001",
        Financial_Status="paid",
        Paid_at=(paid and f"{paid} 09:00:00 +0000") or "",
        Currency="EUR",
        Subtotal="10.00",
        Shipping="0.00",
        Taxes="0.00",
        Total="10.00",
        Created_at=f"{PLACED} 10:22:00 +0000",
        Lineitem_quantity="1",
        Lineitem_name="Mug",
        Lineitem_price="10.00",
        Lineitem_sku="MUG",
        Refunded_Amount="0.00",
        Id="450001",
    )


def heard_at_woocommerce(shop: WebhookShop, paid: str | None) -> None:
    line = woocommerce_json.line(1, "10.00", name="Mug", sku="")
    told = woocommerce_json.order([line], "10.00", id=77, number="77", at=f"{CORRECTED}T10:00:00")
    times = {"date_created_gmt": f"{PLACED}T10:22:00"}
    times |= {"date_paid_gmt": f"{paid}T09:00:00" if paid else ""}
    shop.hear(("order.updated", told | times))


def heard_at_shopify(shop: WebhookShop, paid: str | None) -> None:
    created = f"{PLACED}T10:22:00Z"
    told = shopify_json.order([shopify_json.line(1, "Mug", "10.00")], "10.00", created_at=created)
    if paid is None:
        shop.hear(("orders/updated", told | {"updated_at": f"{CORRECTED}T12:00:00Z"}))
    else:
        shop.hear(
            ("orders/create", told | {"financial_status": "pending", "updated_at": created}),
            ("orders/paid", told | {"updated_at": f"{paid}T09:00:00Z"}),
        )


def file_of(
    platform: str, write: Callable[[str | None], dict[FileKind, bytes]]
) -> Callable[[WebhookShop, str | None], None]:
    return lambda shop, paid: bring_in(shop.engine, shop.id, platform, write(paid))


TELL: dict[str, dict[str, Callable[[WebhookShop, Any], None]]] = {
    "woocommerce": {
        "a row a product": file_of("woocommerce", ordered),
        "items in columns": file_of("woocommerce", listed),
        "webhooks": heard_at_woocommerce,
    },
    "shopify": {"an export": file_of("shopify", of_shopify), "webhooks": heard_at_shopify},
}
ASSUME: dict[str, list[tuple[str, str | None]]] = {
    "woocommerce": [
        *((how, paid) for how in ("a row a product", "items in columns") for paid in (None, "")),
        ("webhooks", None),
    ],
    "shopify": [("an export", None), ("webhooks", None)],
}
EACH = [
    (platform, known, *assumed)
    for platform, ways in TELL.items()
    for known in ways
    for assumed in ASSUME[platform]
]


def days_of(shop: WebhookShop, what: str = TOLD_PAID, table: str = "orders") -> list[str]:
    return [day for (day,) in shop.rows(f"SELECT DISTINCT {what} FROM {table} ORDER BY 1")]  # noqa: S608 - our own words


@pytest.mark.parametrize(("platform", "known", "how", "paid"), EACH)
def test_a_day_that_is_known_stays_where_the_next_source_can_only_assume_it(
    service_engine: Engine, platform: str, known: str, how: str, paid: str | None
) -> None:
    shop = WebhookShop(service_engine, platform)
    TELL[platform][known](shop, PAID)
    assert days_of(shop) == [PAID]
    TELL[platform][how](shop, paid)
    assert days_of(shop) == days_of(shop, table="order_lines") == [PAID]
    marked = days_of(shop, "counted_at::date::text", "closed_day_changes")
    assert set(marked) <= {PAID}


@IN_ONE_DATABASE
@given(told=st.lists(st.sampled_from([None, "", PAID, CORRECTED]), min_size=1, max_size=4))
def test_the_last_day_that_was_told_counts_else_the_one_of_the_order(
    service_engine: Engine, told: list[str | None]
) -> None:
    shop = WebhookShop(service_engine, "woocommerce")
    for at, paid in enumerate(told):
        write = (ordered, listed)[at % 2]
        bring_in(shop.engine, shop.id, "woocommerce", write(paid))
    known = [each for each in told if each]
    assert days_of(shop) == [known[-1] if known else PLACED]


def test_what_has_no_day_of_its_own_goes_with_the_day_that_stays(service_engine: Engine) -> None:
    shop = WebhookShop(service_engine, "woocommerce")
    bring_in(shop.engine, shop.id, "woocommerce", ordered(PAID))
    bring_in(shop.engine, shop.id, "woocommerce", ordered(None, Order_Refund_Amount="4.00"))
    assert days_of(shop) == [PAID]
    assert shop.rows(f"SELECT {BACK}, amount FROM refunds") == [(PAID, 400)]  # noqa: S608 - our own words
    assert shop.rows("SELECT DISTINCT since::date::text FROM data_gaps") == [(PAID,)]


def test_nothing_comes_back_before_the_day_that_stays(service_engine: Engine) -> None:
    """Paid back on March 2nd by the export, which assumes March 1st: it was paid on the 4th."""
    shop = WebhookShop(service_engine, "woocommerce")
    bring_in(shop.engine, shop.id, "woocommerce", ordered(PAID))
    back = {"Order_Refund_Amount": "4.00", "Date_of_first_refund": "2026-03-02 12:00"}
    bring_in(shop.engine, shop.id, "woocommerce", ordered(None, **back))
    assert days_of(shop) == days_of(shop, BACK, "refunds") == [PAID]


def test_an_order_of_the_number_that_was_placed_on_other_days_has_its_own_day(
    service_engine: Engine,
) -> None:
    shop = WebhookShop(service_engine, "woocommerce")
    bring_in(shop.engine, shop.id, "woocommerce", ordered(PAID))
    other = ordered(None)[FileKind.ORDERS].replace(PLACED.encode(), b"2026-05-01")
    bring_in(shop.engine, shop.id, "woocommerce", {FileKind.ORDERS: other})
    assert days_of(shop) == ["2026-05-01"]


def test_the_import_says_which_orders_keep_their_day(service_engine: Engine) -> None:
    shop = WebhookShop(service_engine, "woocommerce")

    def said(paid: str | None) -> bool:
        file = ImportFile("orders.csv", [ordered(paid)[FileKind.ORDERS]])
        imported = import_files(
            *(shop.engine, shop.id, {FileKind.ORDERS: file}),
            layout=registry.find("woocommerce"),
        )
        return any("(77): the file does not say when it was paid" in n for n in imported.notes)

    assert [said(paid) for paid in (None, PLACED, None)] == [False] * 3, "it is the same day"
    assert [said(paid) for paid in (PAID, None, "")] == [False, True, True]
