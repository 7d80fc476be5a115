"""The law of sales by JSON: the same ledger as the same sales from files, however they are cut."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from tests.integration.share_api.conftest import World
from tests.integration.share_api.test_sales import PATH, done, send
from tests.support import hypothesis_profiles

from accounts.provisioning import create_tenant
from common.db.accounts import Membership
from common.db.tenancy import Access, transaction
from ingest.import_files import FileKind, ImportFile, import_files

_numbers = count(1)
WORDS = st.sampled_from([None, "web", "Café ☕", 'a,"b"\nc', "DE"])
CENTS = st.integers(0, 99_999)
ORDER_COLUMNS = {
    "orderId": "order_id", "placedAt": "placed_at", "paidAt": "paid_at", "currency": "currency",
    "channel": "channel", "customerId": "customer_id", "country": "country", "region": "region",
    "couponCode": "coupon_code", "orderDiscount": "order_discount", "shipping": "shipping",
    "tax": "tax",
}  # fmt: skip
LINE_COLUMNS = {
    "lineId": "line_id", "productId": "product_id", "productTitle": "product_title",
    "category": "category", "quantity": "quantity", "unitPrice": "unit_price",
    "lineDiscount": "line_discount",
}  # fmt: skip


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


@st.composite
def lines_of(draw: st.DrawFn) -> list[dict[str, Any]]:
    lines = []
    for number in range(draw(st.integers(1, 3))):
        price, quantity = draw(CENTS), draw(st.integers(1, 4))
        lines.append(
            {
                "lineId": str(number),
                "productId": f"P{draw(st.integers(1, 3))}",
                "productTitle": draw(WORDS),
                "category": draw(WORDS),
                "quantity": quantity,
                "unitPrice": money(price),
                "lineDiscount": money(draw(st.integers(0, price * quantity))),
            }
        )
    return lines


@st.composite
def orders_of(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Orders, some of them again with other contents: the later one stands."""
    orders = []
    for _ in range(draw(st.integers(1, 6))):
        paid = draw(st.sampled_from(["2026-03-01T23:30:00+01:00", "2026-03-02T00:00:00Z", None]))
        orders.append(
            {
                "orderId": f"O{draw(st.integers(1, 4))}",
                "placedAt": "2026-02-27T10:00:00+02:00" if paid is None else paid,
                "paidAt": paid,
                "currency": "EUR",
                "channel": draw(WORDS),
                "customerId": draw(st.sampled_from([None, "C1", "C2"])),
                "country": draw(WORDS),
                "region": draw(WORDS),
                "couponCode": draw(WORDS),
                "shipping": money(draw(CENTS)),
                "tax": money(draw(CENTS)),
                "lines": draw(lines_of()),
            }
        )
    return orders


def as_csv(orders: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    names = [*ORDER_COLUMNS.values(), *LINE_COLUMNS.values()]
    writer = csv.DictWriter(out, names, lineterminator="\r\n")
    writer.writeheader()
    for order in orders:
        own = {column: order.get(name) for name, column in ORDER_COLUMNS.items()}
        for line in order["lines"]:
            writer.writerow(own | {column: line[name] for name, column in LINE_COLUMNS.items()})
    return out.getvalue().encode()


@st.composite
def refunds_of(draw: st.DrawFn, orders: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Refunds of paid orders, each of some lines, or of shipping alone; no more than was sold."""
    refunds = []
    for order in orders:
        if order["paidAt"] is None or draw(st.booleans()):
            continue
        lines = [
            {
                "lineId": line["lineId"],
                "quantity": draw(st.integers(0, line["quantity"])),
                "amount": money(draw(st.integers(0, worth(line)))),
            }
            for line in order["lines"]
            if draw(st.booleans())
        ]
        refunds.append(
            {
                "refundId": f"R{draw(st.integers(1, 2))}",
                "orderId": order["orderId"],
                "processedAt": "2026-03-09T08:00:00-05:00",
                "kind": draw(st.sampled_from(["return", "cancel"])),
                "shipping": money(draw(st.integers(0, cents(order["shipping"])))),
                "tax": money(draw(st.integers(0, cents(order["tax"])))),
                "lines": lines,
            }
        )
    return refunds


def cents(amount: str) -> int:
    return int(amount.replace(".", ""))


def worth(line: dict[str, Any]) -> int:
    return int(cents(line["unitPrice"]) * line["quantity"]) - cents(line["lineDiscount"])


def refunds_csv(refunds: Sequence[dict[str, Any]]) -> bytes:
    """What is the whole refund's stands in a row without a line."""
    names = "refund_id,order_id,line_id,processed_at,kind,quantity,amount,shipping,tax"
    out = [names]
    for each in refunds:
        own = f"{each['refundId']},{each['orderId']}"
        at = f"{each['processedAt']},{each['kind']}"
        if cents(each["shipping"]) or cents(each["tax"]) or not each["lines"]:
            out.append(f"{own},,{at},,,{each['shipping']},{each['tax']}")
        out += [
            f"{own},{line['lineId']},{at},{line['quantity']},{line['amount']},,"
            for line in each["lines"]
        ]
    return "\n".join(out).encode()


LEDGER = {
    "orders": """
        SELECT external_id, placed_at, paid_at, channel, country, region, coupon_code, discount,
               shipping, tax, (SELECT c.external_id FROM customers c WHERE c.id = o.customer_id)
        FROM orders o ORDER BY 1""",
    "lines": """
        SELECT o.external_id, l.line_no, l.external_id, p.external_id, l.quantity, l.unit_price,
               l.line_discount, l.order_discount, l.remainder
        FROM order_lines l JOIN orders o ON o.id = l.order_id JOIN products p ON p.id = l.product_id
        ORDER BY 1, 2""",
    "products": "SELECT external_id, title, sku, category FROM products ORDER BY 1",
    "refunds": """
        SELECT o.external_id, r.external_id, r.line_no, p.external_id, r.processed_at, r.kind,
               r.quantity, r.amount, r.shipping, r.tax
        FROM refunds r JOIN orders o ON o.id = r.order_id
        LEFT JOIN products p ON p.id = r.product_id ORDER BY 1, 2, 3""",
}


def ledger(engine: Engine, tenant_id: int) -> dict[str, list[Any]]:
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return {name: [*session.execute(text(query)).all()] for name, query in LEDGER.items()}


def in_batches(orders: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """In their order, cut where an order comes again."""
    batch: dict[str, dict[str, Any]] = {}
    for order in orders:
        if order["orderId"] in batch:
            yield [*batch.values()]
            batch = {}
        batch[order["orderId"]] = order
    yield [*batch.values()]


@pytest.fixture
def tenants(world: World) -> Iterator[Any]:
    """Shops of anna's, as many as are asked for."""

    def new() -> tuple[int, str]:
        slug = f"law-{next(_numbers)}"
        tenant_id = create_tenant(
            world.engine, slug=slug, name=slug, currency="EUR", timezone="Europe/Berlin"
        )
        with transaction(world.engine, Access(tenant_id=tenant_id)) as session:
            session.add(Membership(tenant_id=tenant_id, admin_id=world.admins["anna"]))
        return tenant_id, slug

    return new  # type: ignore[return-value]


def test_batches_and_files_give_the_same_ledger(
    anna: httpx.Client, world: World, tenants: Any
) -> None:
    @settings(max_examples=hypothesis_profiles.examples(25), deadline=None)
    @given(orders_of(), st.booleans())
    def law(orders: list[dict[str, Any]], by_lines: bool) -> None:
        (of_files, _), (of_json, slug) = tenants(), tenants()
        assert anna.put("/api/admin/session/tenant", json={"tenant": slug}).status_code == 200
        for batch in in_batches(orders):
            file = ImportFile("orders.csv", [as_csv(batch)])
            import_files(world.engine, of_files, {FileKind.ORDERS: file})
            if by_lines:
                body = "\n".join(map(json.dumps, batch))
                headers = {"Content-Type": "application/x-ndjson"}
                done(anna.post(f"{PATH}/orders", content=body, headers=headers))
            else:
                done(send(anna, "orders", *batch))
        assert ledger(world.engine, of_json) == ledger(world.engine, of_files)

    law()


def test_refunds_and_files_of_refunds_give_the_same_ledger(
    anna: httpx.Client, world: World, tenants: Any
) -> None:
    @settings(max_examples=hypothesis_profiles.examples(25), deadline=None)
    @given(st.data())
    def law(data: st.DataObject) -> None:
        *_, orders = in_batches(data.draw(orders_of()))
        refunds = data.draw(refunds_of(orders))
        (of_files, _), (of_json, slug) = tenants(), tenants()
        assert anna.put("/api/admin/session/tenant", json={"tenant": slug}).status_code == 200
        files = {FileKind.ORDERS: as_csv(orders)}
        done(send(anna, "orders", *orders))
        for _ in range(2 if refunds else 0):  # again, they replace themselves
            done(send(anna, "refunds", *refunds))
            files[FileKind.REFUNDS] = refunds_csv(refunds)
        given_files = {kind: ImportFile(f"{kind}.csv", [text]) for kind, text in files.items()}
        import_files(world.engine, of_files, given_files)
        found = ledger(world.engine, of_json)
        assert found == ledger(world.engine, of_files)
        assert bool(found["refunds"]) == bool(refunds)

    law()
