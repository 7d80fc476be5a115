"""Exports of overlapping days that come in another turn than they were written in."""

import itertools

import pytest
from sqlalchemy import Engine
from tests.support.webhook_shop import WebhookShop

from ingest.formats.registry import FORMATS
from ingest.import_files import FileKind, Imported, ImportFile, import_files

LESS, STAYS = "less paid back than was known", "what was known stays"
TAKEN = "it was taken as the file has it"
BACK = "SELECT processed_at::date::text, sum(amount) FROM refunds GROUP BY 1"


@pytest.fixture
def shop(service_engine: Engine) -> WebhookShop:
    return WebhookShop(service_engine, "woocommerce")


def sold(*refunds: tuple[str, str], number: int = 1, day: str = "2026-03-02") -> dict[str, str]:
    """An order of 15.00, with what was paid back on which days."""
    at = f"{day} 10:00:00"
    back = [f"amount:{much}|reason:|date:{on} 10:00:00" for much, on in refunds]
    return {
        "order_id": str(number), "order_number": str(number), "order_date": at, "paid_date": at,
        "status": "completed", "order_currency": "EUR", "order_total": "15.00",
        "refund_items": ";".join(back),
        "line_item_1": "name:P1|sku:P1|quantity:1|total:15.00|sub_total:15.00",
    }  # fmt: skip


def bring(shop: WebhookShop, *rows: dict[str, str]) -> Imported:
    text = "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)])
    files = {FileKind.ORDERS: ImportFile("orders.csv", [f"{text}\n".encode()])}
    return import_files(shop.engine, shop.id, files, layout=FORMATS["woocommerce"])


def said(outcome: Imported) -> list[str]:
    return [each for each in outcome.notes if LESS in each]


FIVE, TEN = ("5.00", "2026-03-05"), ("10.00", "2026-03-12")
NEWEST = [("2026-03-12", 1500)]


@pytest.mark.parametrize("turn", list(itertools.permutations([(), (FIVE,), (FIVE, TEN)])))
def test_the_newest_export_of_an_order_counts_whichever_comes_last(
    shop: WebhookShop, turn: tuple[tuple[tuple[str, str], ...], ...]
) -> None:
    """Nothing, 5.00 and 15.00 were paid back when they were written: 15.00 it is."""
    known = 0
    for refunds in turn:
        outcome = bring(shop, sold(*refunds))
        much = 500 * len(refunds) * (len(refunds) + 1) // 2
        assert len(said(outcome)) == (0 < much < known)
        assert all(each.endswith(STAYS) for each in said(outcome))
        known = max(known, much)
    assert shop.rows(BACK) == NEWEST


def test_an_export_that_knows_of_a_later_day_is_no_older_one(shop: WebhookShop) -> None:
    """The 10.00 were deleted: the file has an order of the day after them."""
    bring(shop, sold(FIVE, TEN))
    outcome = bring(shop, sold(FIVE), sold(number=2, day="2026-03-13"))
    (note,) = said(outcome)
    assert note.startswith("1 order (1): ")
    assert TAKEN in note
    assert shop.rows(BACK) == [("2026-03-05", 500)]
    assert not said(bring(shop, sold(FIVE), sold(number=2, day="2026-03-13")))


def test_of_a_sum_without_a_day_it_is_said_that_less_is_told(shop: WebhookShop) -> None:
    """The other exporter tells no day: nobody knows which of both was written first."""
    head = "Order Number,Order Status,Order Date,Paid Date,Currency,Order Total Amount,"
    head += "Order Refund Amount,Item Name,SKU,Quantity,Order Line Total"
    at = "2026-03-02 10:00:00"
    for much in ("15.00", "5.00"):
        row = f"1,Completed,{at},{at},EUR,15.00,{much},Mug,M,1,15.00"
        files = {FileKind.ORDERS: ImportFile("orders.csv", [f"{head}\n{row}\n".encode()])}
        outcome = import_files(shop.engine, shop.id, files, layout=FORMATS["woocommerce"])
    (note,) = said(outcome)
    assert TAKEN in note
    assert [amount for _, amount in shop.rows(BACK)] == [500]
