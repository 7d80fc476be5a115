"""What an export leaves as events told it: what they state, at a cost that grows linearly."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text
from tests.integration.ingest.test_shopify_webhook_figures import Shop
from tests.integration.ingest.test_webhook_law import bring_in
from tests.support.plan_rows import counting
from tests.support.shopify_json import LATER, line, order, refund

from common.db.tenancy import Access, transaction
from ingest.formats.registry import FORMATS
from ingest.import_files import FileKind, ImportFile, import_files
from ingest.ledger import told_by_events

Rows = Iterable[dict[str, str]]

PAID = "2026-03-02 10:00:00 +0000"
CANCELLED = {
    "Cancelled at": "2026-03-05 10:00:00 +0000",
    "Refunded Amount": "25.00",
    "Financial Status": "refunded",
}
FIRST_ID = 450_001


def sold(number: int, **changed: str) -> list[dict[str, str]]:
    """The rows of an order of a mug, and of a cup with 5.00 off."""
    name = f"#{1001 + number}"
    head = {
        "Name": name, "Id": str(FIRST_ID + number), "Financial Status": "paid", "Paid at": PAID,
        "Created at": PAID, "Currency": "EUR", "Subtotal": "25.00", "Shipping": "0.00",
        "Taxes": "0.00", "Total": "25.00", "Discount Amount": "5.00", "Refunded Amount": "0.00",
        "Lineitem quantity": "1", "Lineitem name": "Mug", "Lineitem price": "20.00",
        "Lineitem sku": "S-1", "Lineitem discount": "0.00", "Cancelled at": "",
    }  # fmt: skip
    cup = {
        "Name": name, "Lineitem quantity": "1", "Lineitem name": "Cup", "Lineitem price": "10.00",
        "Lineitem sku": "S-2", "Lineitem discount": "5.00",
    }  # fmt: skip
    return [head | changed, cup]


def export(rows: Rows, *, without: str = "") -> dict[FileKind, bytes]:
    columns = [name for name in sold(0)[0] if name != without]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return {FileKind.ORDERS: out.getvalue().encode()}


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


def told(**changed: Any) -> dict[str, Any]:
    """The order that the export has as well."""
    lines = [line(1, "Mug", "20.00"), line(2, "Cup", "10.00", allocated=["5.00"])]
    sums = {"subtotal_price": "25.00", "total_discounts": "5.00"}
    return order(lines, "25.00", **sums, **changed)


def test_facts_that_state_less_of_lines_are_the_exports_to_correct(shop: Shop) -> None:
    whole = [line(1, "Mug", "20.00"), line(2, "Cup", "10.00")]
    shop.tell(order(whole, "25.00", subtotal_price="25.00", total_discounts="5.00"))
    with transaction(shop.engine, Access(tenant_id=shop.id)) as session:
        facts = session.execute(text("SELECT facts FROM webhook_orders")).scalar_one()
        for each in ("tips", "current", "shippingTax"):  # as the version before kept them
            facts["order"][1].pop(each, None)
        session.execute(
            text("UPDATE webhook_orders SET facts = CAST(:facts AS json)"),
            {"facts": json.dumps(facts)},
        )
    bring_in(shop.engine, shop.id, "shopify", export(sold(0)))
    assert shop.sales == {"S-1": (2000, 0), "S-2": (1000, 500)}


def test_an_order_of_which_a_refund_alone_was_told_is_the_exports(shop: Shop) -> None:
    shop.tell(refund(1, [(1, 1, "20.00")], moved=None, order_adjustments=[]))
    bring_in(shop.engine, shop.id, "shopify", export(sold(0), without="Lineitem discount"))
    bring_in(shop.engine, shop.id, "shopify", export(sold(0)))
    assert shop.sales == {"S-1": (2000, 0), "S-2": (1000, 500)}


def test_the_summary_counts_what_came_back_of_an_order_that_was_told(shop: Shop) -> None:
    back = refund(1, [], moved="25.00")
    shop.tell(
        told(
            cancelled_at="2026-03-05T10:00:00Z",
            financial_status="refunded",
            refunds=[back],
            at=LATER,
        ),
    )
    files = {
        kind: ImportFile(f"{kind}.csv", [content])
        for kind, content in export(sold(0, **CANCELLED)).items()
    }
    before = shop.back
    outcome = import_files(shop.engine, shop.id, files, layout=FORMATS["shopify"])
    assert shop.back == before
    assert outcome.summary.net_sales == 0
    assert outcome.summary.last_at is not None
    assert outcome.summary.last_at.day == 5


@pytest.mark.parametrize("analysed", [True, False])
def test_the_cost_grows_with_the_number_of_orders(
    shop: Shop, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch, analysed: bool
) -> None:
    looked: list[float] = []

    monkeypatch.setattr(told_by_events, "derive", counting(looked))
    facts = json.dumps({"order": ["", {"shippingTax": ""}], "paidAt": None, "refunds": {}})
    note = text(
        "INSERT INTO webhook_orders (tenant_id, connection_id, order_id, facts)"
        " SELECT :tenant, :connection, CAST(:first + i AS text), CAST(:facts AS json)"
        " FROM generate_series(0, :number - 1) i"
    )

    def orders(number: int) -> Iterator[dict[str, str]]:
        for each in range(number):
            yield from sold(each, **(CANCELLED if each % 2 else {}))

    for number in (300, 600):
        looked.append(0)
        at = Shop(shop.engine)
        bring_in(at.engine, at.id, "shopify", export(orders(number)))
        with transaction(at.engine, Access(tenant_id=at.id)) as session:
            session.execute(
                note,
                {
                    "tenant": at.id,
                    "connection": at.connection,
                    "first": FIRST_ID,
                    "facts": facts,
                    "number": number,
                },
            )
        if analysed:
            with psycopg.connect(
                owner_engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
                autocommit=True,
            ) as owner:
                owner.execute("ANALYZE")
        bring_in(at.engine, at.id, "shopify", export(orders(number)))
    assert looked[0] > 300
    assert looked[1] < 3 * looked[0], looked


@pytest.mark.parametrize(
    ("status", "amount", "known"),
    [
        ("refunded", "1.00", False),
        ("refunded", "25.00", True),
        ("partially_refunded", "1.00", True),
    ],
)
def test_a_file_closes_the_gap_of_a_state_where_it_gives_back_what_that_tells(
    shop: Shop, status: str, amount: str, known: bool
) -> None:
    shop.tell(told(financial_status=status))
    assert shop.gaps == [("refunds-not-known", None)]
    columns = "refund_id,order_id,line_id,processed_at,quantity,amount"
    refunds = f"{columns}\nmine,#1001,,2026-03-05T10:00:00Z,,{amount}\n"
    bring_in(shop.engine, shop.id, "own", {FileKind.REFUNDS: refunds.encode()})
    ended = [] if known else [("refunds-not-known", None)]
    assert shop.gaps == ended
    shop.tell(told(financial_status=status, at=LATER))
    assert shop.gaps == ended
