"""Sales by JSON: all or nothing, told by place, upserted by id, once under a key."""

import json
import threading
from codecs import BOM_UTF8
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import httpx
import pytest
from sqlalchemy import Engine, text
from tests.integration.share_api.conftest import Service, World, assert_problem
from tests.support.gappy_shops import bring, counts, shopify, window

from accounts.tenant_settings import set_gift_cards
from common.db.accounts import GiftCards
from common.db.audit import COMMAND_LINE
from common.db.idempotency import KEPT
from common.db.metadata import Model
from common.db.sales import LEDGER_LOCK_CLASS
from common.db.tenancy import Access, TenantDb, transaction
from common.instants import now
from common.reports.document.gaps import GapKind
from common.reports_cache.cache import data_version_key
from ingest.summary import summary_json
from share_api.idempotency import KeyedRequest
from share_api.sales.batch import SalesKind
from share_api.schemas.sales import ELEMENTS
from share_api.schemas.sales_batch import MOST_BYTES, MOST_ELEMENTS, MOST_LINES

PATH = "/api/admin/sales"
TWICE = "is there more than once"
KINDS = ("orders", "refunds", "products", "stock")
AT = "2026-03-01T10:00:00+01:00"


def line(**change: Any) -> dict[str, Any]:
    return {"lineId": "1", "productId": "P1", "quantity": 2, "unitPrice": "10.00"} | change


def order(number: object = 1, **change: Any) -> dict[str, Any]:
    own = {"orderId": f"O{number}", "paidAt": AT, "currency": "EUR", "lines": [line()]}
    return own | change


def refund(**change: Any) -> dict[str, Any]:
    lines = [{"lineId": "1", "quantity": 1, "amount": "10.00"}]
    own = {"refundId": "R1", "orderId": "O1", "processedAt": "2026-03-05T10:00:00Z"}
    return own | {"lines": lines} | change


def send(
    client: httpx.Client, kind: str, *elements: object, key: str | None = None
) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"{PATH}/{kind}", json={kind: list(elements)}, headers=headers)


def send_lines(client: httpx.Client, kind: str, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/x-ndjson"}
    pieces = iter([body[: len(body) // 2], body[len(body) // 2 :]])
    return client.post(f"{PATH}/{kind}", content=pieces, headers=headers)


def done(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    summary: dict[str, Any] = answer.json()
    return summary


def faults(answer: httpx.Response) -> dict[str, str]:
    return {each["pointer"]: each["detail"] for each in assert_problem(answer, 400)["errors"]}


def stored(engine: Engine, tenant_id: int, query: str) -> list[Any]:
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return list(session.scalars(text(query)))


def test_orders_are_loaded_told_and_replaced(anna: httpx.Client, world: World) -> None:
    summary = done(send(anna, "orders", order(1, shipping="4.90"), order(2)))
    assert summary["orders"] == {"new": 2, "replaced": 0, "unchanged": 0}
    assert (summary["lines"], summary["netSales"], summary["currency"]) == (2, "40.00", "EUR")
    assert (summary["ledgerVersion"], summary["notes"]) == (1, [])
    again = done(send(anna, "orders", order(1, lines=[line(quantity=3)]), order(2)))
    assert again["orders"] == {"new": 0, "replaced": 1, "unchanged": 1}
    assert stored(world.engine, world.berlin, "SELECT sum(quantity) FROM order_lines") == [5]
    entries = anna.get("/api/admin/analytics/audit", params={"action": "sales.received"}).json()
    told = [(each["actor"], each["details"]) for each in entries["items"]]
    changed = "1 order of a closed day changed: 2026-03-01"
    assert told == [
        ("anna@example.com", {"orders": 2, "closedDayOrders": 1, "closedDays": changed}),
        ("anna@example.com", {"orders": 2}),
    ]


def test_refunds_products_and_stock(anna: httpx.Client, world: World) -> None:
    done(send(anna, "orders", order(1, shipping="4.90", tax="1.00")))
    given = refund(shipping="4.90", tax="1.00")
    summary = done(send(anna, "refunds", given))
    assert (summary["refunds"], summary["netSales"]) == (2, "-10.00")
    done(send(anna, "refunds", given))
    assert stored(world.engine, world.berlin, "SELECT sum(amount) FROM refunds") == [1000]
    summary = done(send(anna, "products", {"productId": "P1", "title": "Mug", "unitCost": "3"}))
    assert summary["products"] == {"new": 0, "listed": 1}
    summary = done(send(anna, "stock", {"productId": "P1", "countedAt": AT, "onHand": -2}))
    assert summary["stockCounts"] == 1
    assert stored(world.engine, world.berlin, "SELECT unit_cost FROM products") == [300]


def test_a_batch_fills_the_gaps_that_an_export_left(anna: httpx.Client, world: World) -> None:
    """Orders by JSON come whole; refunds by JSON come with their dates."""
    db, paid = TenantDb(world.engine, world.berlin), datetime(2020, 1, 5, 12, tzinfo=UTC)
    bring(db, orders=shopify({"#1": (paid, 0), "#2": (paid, 15_00)}, Total="23.00"))
    seen = window(paid, 3)
    assert counts(db, seen) == {GapKind.UNRECONCILED_ORDERS: 2, GapKind.UNDATED_REFUNDS: 1}
    whole = [order(orderId=name, paidAt=paid.isoformat()) for name in ("#1", "#2")]
    done(send(anna, "orders", *whole))
    assert counts(db, seen) == {GapKind.UNDATED_REFUNDS: 1}
    back = {"lineId": "1", "quantity": 1, "amount": "15.00"}
    done(send(anna, "refunds", refund(orderId="#2", lines=[back])))
    assert counts(db, seen) == {}


def test_every_fault_is_told_by_its_place_and_nothing_is_taken(
    anna: httpx.Client, world: World
) -> None:
    bad = order(
        2,
        paidAt="2026-03-01",
        currency="USD",
        shipping="1,50",
        surprise=1,
        lines=[line(), line(lineId="2", quantity=0, unitPrice="1.234", productId=7)],
    )
    found = faults(send(anna, "orders", order(1), bad, order(1), [], order(3, lines=[])))
    assert found == {
        "/orders/1/paidAt": "has no offset: write 2026-03-01T10:22:33+01:00, or Z for UTC",
        "/orders/1/currency": "is not the shop's currency, EUR",
        "/orders/1/shipping": "has a decimal comma: write 1.50",
        "/orders/1/surprise": "Unknown field",
        "/orders/1/lines/1/quantity": "is less than 1",
        "/orders/1/lines/1/unitPrice": "has more than 2 decimals",
        "/orders/1/lines/1/productId": "is not a string",
        "/orders/2/orderId": "is that of /orders/0 too: once a batch",
        "/orders/3": "is not a JSON object",
        "/orders/4/lines": "is empty",
    }
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM orders") == [0]


def test_what_the_ledger_finds_is_told_by_its_place(anna: httpx.Client, world: World) -> None:
    greedy = order(
        1, orderDiscount="99.00", lines=[line(), line(lineId="2", lineDiscount="50.00"), line()]
    )
    assert faults(send(anna, "orders", order(0), greedy)) == {
        "/orders/1/orderDiscount": "the discount is larger than the value of the goods"
        " (order 'O1')",
        "/orders/1/lines/1/lineDiscount": "the discount is larger than the value of the goods"
        " (order 'O1' line '2')",
        "/orders/1/lines/2/lineId": "stands more than once in the input (order 'O1' line '1')",
    }
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM orders") == [0]
    done(send(anna, "orders", order(1)))
    unknown = refund(refundId="R2", lines=[{"lineId": "9", "quantity": 1}])
    early = refund(refundId="R3", processedAt="2026-02-01T00:00:00Z", shipping="1", lines=[])
    assert faults(send(anna, "refunds", refund(orderId="O7"), unknown, early)).items() >= {
        ("/refunds/0/orderId", "the order is not known (refund 'R1' order 'O7' line '1')"),
        (
            "/refunds/1/lines/0/lineId",
            "the order has no such line (refund 'R2' order 'O1' line '9')",
        ),
        (
            "/refunds/2/processedAt",
            "was processed before the order was paid (refund 'R3' order 'O1')",
        ),
    }
    done(send(anna, "refunds", refund()))
    vanished = faults(send(anna, "orders", order(0), order(1, lines=[line(lineId="2")])))
    assert list(vanished) == ["/orders/1"]
    assert "lacks the line of this refund" in vanished["/orders/1"]
    unsold = {"productId": "P9", "countedAt": AT, "onHand": 1}
    assert list(faults(send(anna, "stock", unsold))) == ["/stock/0/productId"]


@pytest.mark.parametrize(
    ("amount", "minor", "reason"),
    [
        ('"10.10"', 1010, None),
        ("10.10", 1010, None),
        ("10", 1000, None),
        ("1.1500", 115, None),
        ('"12345678901234.56"', 1234567890123456, None),
        ("1234567890123.45", 123456789012345, None),
        ("12345678901234.56", None, "send it as a string"),
        ("1234567890123456", None, "send it as a string"),
        ("0.30000000000000004", None, "send it as a string"),
        ("1e2", None, "is not a decimal number"),
        ("10.101", None, "more than 2 decimals"),
        ("-1", None, "is negative"),
        ("true", None, "is not a decimal number in a string"),
        ("null", None, "is not a decimal number in a string"),
        ('""', None, "is empty"),
        ("[1]", None, "is not a decimal number in a string"),
    ],
)
def test_money_goes_through_no_float(
    anna: httpx.Client, world: World, amount: str, minor: int | None, reason: str | None
) -> None:
    body = json.dumps({"orders": [order(lines=[line(unitPrice="?", quantity=1)])]})
    answer = anna.post(f"{PATH}/orders", content=body.replace('"?"', amount))
    if reason is not None:
        assert reason in faults(answer)["/orders/0/lines/0/unitPrice"]
    else:
        done(answer)
        assert stored(world.engine, world.berlin, "SELECT unit_price FROM order_lines") == [minor]


def test_amounts_are_in_the_currency_of_the_shop(ben: httpx.Client, world: World) -> None:
    ok = order(currency="JPY", lines=[line(unitPrice="1000")])
    assert done(send(ben, "orders", ok))["netSales"] == "2000"
    bad = order(currency="JPY", lines=[line(unitPrice="10.50")])
    reason = "has decimals, and the currency has none"
    assert faults(send(ben, "orders", bad)) == {"/orders/0/lines/0/unitPrice": reason}


@pytest.mark.parametrize(
    ("body", "place", "reason"),
    [
        ("", "", "is not JSON"),
        ("[]", "", "is not a JSON object"),
        ("{}", "/orders", "Field required"),
        ('{"orders": {}}', "/orders", "is not a list"),
        ('{"orders": []}', "/orders", "is empty"),
        ('{"orders": [], "tenant": "tokyo"}', "/tenant", "Unknown field"),
        ('{"orders": [], "orders": []}', "/orders", "is there more than once"),
        ('{"orders": [1, {"lines": [{"a": 1, "a": 1}]}]}', "/orders/1/lines/0/a", TWICE),
        ('{"orders": [{"orderId": NaN}]}', "", "is not JSON"),
        ("[" * 100_000, "", "is not JSON"),
    ],
)
def test_what_is_no_batch(anna: httpx.Client, body: str, place: str, reason: str) -> None:
    assert faults(anna.post(f"{PATH}/orders", content=body)) == {place: reason}


@pytest.mark.parametrize("spoilt", ["\\u0000", "\\ud800", "x" * 256])
def test_what_cannot_be_stored_is_a_fault_of_its_place(anna: httpx.Client, spoilt: str) -> None:
    body = json.dumps({"orders": [order("?")]}).replace("O?", spoilt)
    assert list(faults(anna.post(f"{PATH}/orders", content=body))) == ["/orders/0/orderId"]


def test_null_is_as_good_as_left_out_and_notes_are_told(anna: httpx.Client) -> None:
    later = (now() + timedelta(days=3)).isoformat()
    empty = dict.fromkeys(("placedAt", "channel", "customerId", "country", "region"))
    empty |= dict.fromkeys(("couponCode", "orderDiscount", "shipping", "tax"))
    summary = done(send(anna, "orders", order(**empty, paidAt=later)))
    assert summary["notes"] == ["1 order (O1): is dated later than now"]
    assert "one of them is needed" in faults(send(anna, "orders", order(paidAt=None)))["/orders/0"]


@pytest.mark.parametrize(
    ("kind", "path", "element"),
    [
        ("orders", (), order()),
        ("orders", ("lines", 0), order()),
        ("refunds", (), refund(lines=[], amount="1.00")),
        ("refunds", ("lines", 0), refund()),
        ("products", (), {"productId": "P1"}),
        ("stock", (), {"productId": "P1", "countedAt": AT, "quantity": 5}),
    ],
)
def test_null_in_any_field_that_may_be_left_out_is_the_same_as_left_out(
    anna: httpx.Client, kind: str, path: tuple[object, ...], element: dict[str, Any]
) -> None:
    done(send(anna, "orders", order()))
    model: Any = ELEMENTS[SalesKind(kind)]
    if path:
        (model,) = get_args(model.model_fields["lines"].annotation)[:1]
    optional = [each.alias for each in model.model_fields.values() if not each.is_required()]
    assert optional or kind == "stock"
    for name in optional:
        as_sent = json.loads(json.dumps(element))
        part = as_sent
        for step in path:
            part = part[step]
        part.pop(name, None)
        left_out = send(anna, kind, as_sent)
        part[name] = None
        said = send(anna, kind, as_sent)
        assert said.status_code == left_out.status_code, (name, said.text)
        if name != "paidAt":
            done(said)


def test_null_is_no_value_of_a_field_that_is_needed(anna: httpx.Client) -> None:
    assert faults(send(anna, "refunds", refund(refundId=None))) == {
        "/refunds/0/refundId": "is not a string"
    }
    assert faults(send(anna, "orders", order(unknown=None))) == {
        "/orders/0/unknown": "Unknown field"
    }


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("orders", "pricesincludetax=true"),
        ("orders", "prices_include_tax=true"),
        ("orders", "pricesIncludeTax=true&Check=true"),
        ("products", "pricesIncludeTax=true"),
    ],
)
def test_an_option_that_is_misspelt_is_not_passed_over(
    anna: httpx.Client, world: World, kind: str, query: str
) -> None:
    element = order() if kind == "orders" else {"productId": "P1"}
    answer = anna.post(f"{PATH}/{kind}?{query}", json={kind: [element]})
    (error,) = assert_problem(answer, 400)["errors"]
    known = "`check`, `pricesIncludeTax`" if kind == "orders" else "`check`"
    assert error == {
        "parameter": query.rpartition("&")[2].partition("=")[0],
        "detail": f"is not known here: these are, {known}",
    }
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM orders") == [0]


def test_a_byte_order_mark_is_passed_over(anna: httpx.Client) -> None:
    element = json.dumps(order()).encode()
    assert done(send_lines(anna, "orders", BOM_UTF8 + element))["orders"]["new"] == 1
    whole = BOM_UTF8 + b'{"orders": [' + element + b"]}"
    assert done(anna.post(f"{PATH}/orders", content=whole))["orders"]["unchanged"] == 1


def test_lines_are_streamed(anna: httpx.Client, world: World) -> None:
    body = b"\r\n".join(json.dumps(order(number)).encode() for number in range(3_000))
    assert done(send_lines(anna, "orders", body))["orders"]["new"] == 3_000
    broken = b"\n".join([json.dumps(order(1)).encode(), b"", b"{", b"7", b'{"a": 1, "a": 2}'])
    assert faults(send_lines(anna, "orders", broken)) == {
        "/orders/2": "is not JSON",
        "/orders/3": "is not a JSON object",
        "/orders/4/a": "is there more than once",
    }


def test_no_more_than_so_many_faults_are_listed(anna: httpx.Client) -> None:
    problem = assert_problem(send(anna, "orders", *[{}] * 100), 400)
    assert (len(problem["errors"]), problem["detail"]) == (
        50,
        "Nothing was taken: 300 faults, the first 50 listed.",
    )
    problem = assert_problem(send(anna, "orders", order(lines=[])), 400)
    assert problem["detail"] == "Nothing was taken: 1 fault."


@pytest.mark.parametrize("announced", [True, False])
def test_a_batch_is_bounded(anna: httpx.Client, world: World, announced: bool) -> None:
    huge = b" " * (MOST_BYTES + 1)
    content = huge if announced else iter([huge])
    assert_problem(anna.post(f"{PATH}/orders", content=content), 413)
    assert_problem(send(anna, "orders", *[{}] * (MOST_ELEMENTS + 1)), 413)
    assert_problem(send_lines(anna, "orders", b"{}\n" * (MOST_LINES + 1)), 413)
    assert_problem(send_lines(anna, "orders", huge), 413)
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM orders") == [0]


def test_a_key_is_carried_out_once(anna: httpx.Client, ben: httpx.Client, world: World) -> None:
    first = send(anna, "orders", order(1), key="k-1")
    assert "idempotency-replayed" not in first.headers
    again = send(anna, "orders", order(1), key='"k-1"')
    assert again.headers["idempotency-replayed"] == "true"
    assert done(again) == done(first)
    assert stored(world.engine, world.berlin, "SELECT version FROM ledger_versions") == [1]
    assert_problem(send(anna, "orders", order(2), key="k-1"), 422)
    assert_problem(send(anna, "products", {"productId": "P1"}, key="k-1"), 422)
    done(send(ben, "orders", order(1, currency="JPY", lines=[line(unitPrice=7)]), key="k-1"))
    assert done(send(anna, "orders", order(1), key="k-2"))["orders"]["unchanged"] == 1


def told(service: Service, tenant_id: int) -> int | None:
    """The version of the data that viewers are told of."""
    version = service.container.redis.get(data_version_key(tenant_id))
    return None if version is None else int(version)


def test_viewers_are_told_of_new_data_and_of_no_other(
    service: Service, anna: httpx.Client, world: World
) -> None:
    assert_problem(send(anna, "orders", order(lines=[])), 400)
    done(anna.post(f"{PATH}/orders?check=true", json={"orders": [order()]}))
    assert told(service, world.berlin) is None
    for _ in range(2):
        done(send(anna, "orders", order(), key="k"))
        assert told(service, world.berlin) == 1
    done(send(anna, "products", {"productId": "P1", "title": "Mug"}))
    assert told(service, world.berlin) == 2


def everything(world: World) -> list[list[Any]]:
    """Every row of the tenant's."""
    tables = [name for name in Model.metadata.tables if name not in ("tenants", "admins")]
    queries = [f"SELECT t::text FROM {table} t ORDER BY 1" for table in tables]  # noqa: S608 - ours
    return [stored(world.engine, world.berlin, query) for query in queries]


def test_a_check_tells_what_would_be_done_and_changes_nothing(
    anna: httpx.Client, world: World
) -> None:
    done(send(anna, "orders", order(1)))
    before = everything(world)
    batch = {"orders": [order(1, lines=[line(quantity=3)]), order(2)]}
    keyed = {"Idempotency-Key": "k"}
    checked = done(anna.post(f"{PATH}/orders?check=true", json=batch, headers=keyed))
    assert everything(world) == before
    told = done(anna.post(f"{PATH}/orders", json=batch, headers=keyed))
    assert (checked["checked"], checked["ledgerVersion"]) == (True, None)
    assert checked | {"checked": False, "ledgerVersion": 2} == told
    spoilt = {"orders": [order(3, lines=[line(lineDiscount="99.00")])]}
    found = faults(anna.post(f"{PATH}/orders?check=true", json=spoilt))
    assert list(found) == ["/orders/0/lines/0/lineDiscount"]


@pytest.mark.parametrize(
    ("kind", "element", "place"),
    [
        ("products", {"productId": "P1"}, "/products/2/productId"),
        ("stock", {"productId": "P1", "countedAt": AT, "onHand": 1}, "/stock/2/productId"),
        ("refunds", refund(), "/refunds/2/refundId"),
    ],
)
def test_what_stands_twice_in_a_batch(
    anna: httpx.Client, kind: str, element: dict[str, Any], place: str
) -> None:
    done(send(anna, "orders", order(1), order(2, lines=[line(productId="P2")])))
    other = element | {"productId": "P2"} if "productId" in element else refund(orderId="O2")
    found = faults(send(anna, kind, element, other, element))
    assert list(found) == [place]


def test_what_was_refused_under_a_key_may_be_sent_again(anna: httpx.Client) -> None:
    assert_problem(send(anna, "refunds", refund(), key="k"), 400)
    done(send(anna, "orders", order(1)))
    assert done(send(anna, "refunds", refund(), key="k"))["refunds"] == 1


def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    db, start = TenantDb(world.engine, world.berlin), now()

    def request(key: str, after: timedelta) -> KeyedRequest:
        return KeyedRequest(db, key, b"digest", start + after)

    def carry_out(of: KeyedRequest) -> None:
        with db.transaction() as session:
            of.begin(session.connection())
            of.conclude(session.connection(), {"key": of.key})

    carry_out(request("k", timedelta()))
    assert request("k", KEPT - timedelta(seconds=1)).answer() == {"key": "k"}
    assert request("k", KEPT).answer() is None
    carry_out(request("other", KEPT - timedelta(seconds=1)))
    carry_out(request("k", KEPT))
    assert request("k", KEPT).answer() == {"key": "k"}
    carry_out(request("last", 2 * KEPT))
    assert stored(world.engine, world.berlin, "SELECT key FROM idempotency_keys") == ["last"]


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "a b"])
def test_what_is_no_key(anna: httpx.Client, key: str) -> None:
    problem = assert_problem(send(anna, "orders", order(1), key=key), 400)
    assert problem["type"].endswith("invalid-idempotency-key")


def test_two_keys_are_none(anna: httpx.Client) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert_problem(anna.post(f"{PATH}/orders", json={"orders": [order()]}, headers=headers), 400)


@contextmanager
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Loads stop in the middle: the first event says that one is there, the second lets it go."""
    there, go = threading.Event(), threading.Event()

    def stop(*given: Any, **named: Any) -> Any:
        there.set()
        assert go.wait(60)
        return summary_json(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr("share_api.sales.loading.summary_json", stop)
        try:
            yield there, go
        finally:
            go.set()


def test_a_key_in_flight_is_a_conflict(
    service: Service, anna: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        service.admin() as other,
        ThreadPoolExecutor(1) as thread,
        held(monkeypatch) as (there, go),
    ):
        running = thread.submit(send, anna, "orders", order(1), key="k")
        assert there.wait(60)
        assert_problem(send(other, "orders", order(1), key="k"), 409)
        go.set()
        first = running.result()
        again = send(other, "orders", order(1), key="k")
    assert done(again) == done(first)
    assert again.headers["idempotency-replayed"] == "true"


def test_a_key_sent_by_many_at_once_is_carried_out_once(anna: httpx.Client, world: World) -> None:
    gate = threading.Barrier(8)

    def at_once(_: int) -> httpx.Response:
        gate.wait()
        return send(anna, "orders", order(1), key="k")

    with ThreadPoolExecutor(8) as threads:
        answers = [*threads.map(at_once, range(8))]
    assert {each.status_code for each in answers} <= {200, 409}
    assert stored(world.engine, world.berlin, "SELECT version FROM ledger_versions") == [1]
    taken = [each.json() for each in answers if each.status_code == 200]
    assert taken == [done(send(anna, "orders", order(1), key="k"))] * len(taken)


def test_batches_at_once_are_all_carried_out(anna: httpx.Client, world: World) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda number: send(anna, "orders", order(number)), range(8))
        assert sum(done(each)["orders"]["new"] for each in answers) == 8
    assert stored(world.engine, world.berlin, "SELECT count(*) FROM orders") == [8]


def test_a_ledger_that_is_being_written_is_not_waited_for_long(
    anna: httpx.Client, world: World, service_engine: Engine
) -> None:
    with transaction(service_engine, Access(tenant_id=world.berlin)) as session:
        lock = {"class": LEDGER_LOCK_CLASS, "tenant": world.berlin}
        session.execute(text("SELECT pg_advisory_xact_lock(:class, :tenant)"), lock)
        answer = send(anna, "orders", order(1), key="k")
        assert assert_problem(answer, 503)["type"].endswith("ledger-busy")
        assert answer.headers["retry-after"] == "5"
    done(send(anna, "orders", order(1), key="k"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_and_a_tenant_are_needed_and_no_other_site(
    service: Service, anna: httpx.Client, kind: str
) -> None:
    with service.client() as stranger:
        assert_problem(stranger.post(f"{PATH}/{kind}", content=b"{"), 403)
    cross = {"Origin": "https://evil.example"}
    assert_problem(anna.post(f"{PATH}/{kind}", content=b"{}", headers=cross), 403)
    with service.admin("anna", None) as undecided:
        assert_problem(undecided.post(f"{PATH}/{kind}", content=b"{"), 403)


def test_prices_with_tax_gift_cards_and_goodwill(anna: httpx.Client, world: World) -> None:
    """As in files: what was paid stays, a card is as the shop has it, goodwill goes on lines."""
    url = f"{PATH}/orders"
    taxed = order(1, shipping="2.38", tax="4.18", lines=[line(unitPrice="11.90")])
    sent = anna.post(url, json={"orders": [taxed]}, params={"pricesIncludeTax": "true"})
    assert done(sent)["netSales"] == "20.00"
    amounts = "SELECT shipping || ' ' || tax FROM orders"
    assert stored(world.engine, world.berlin, amounts) == ["200 418"]
    much = anna.post(
        url, json={"orders": [order(2, tax="20.01")]}, params={"pricesIncludeTax": "true"}
    )
    assert much.status_code == 400
    assert faults(much) == {"/orders/0/tax": "is more than the prices that are to include it"}
    card = order(3, lines=[line(lineId="1", giftCard=True), line(lineId="2", productId="P2")])
    assert done(send(anna, "orders", card))["netSales"] == "40.00"
    slug = stored(world.engine, world.berlin, "SELECT slug FROM tenants")[0]
    set_gift_cards(world.engine, tenant=slug, gift_cards=GiftCards.LIABILITY, author=COMMAND_LINE)
    again = done(send(anna, "orders", card, order(4, lines=[line(productId="P9")])))
    assert (again["netSales"], again["lines"]) == ("40.00", 2)
    assert "gift cards are no sales here" in again["notes"][0]
    back = done(send(anna, "refunds", refund(orderId="O1", lines=[], amount="3.00")))
    assert back["netSales"] == "-3.00"
