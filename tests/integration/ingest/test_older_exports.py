"""An export that was written before what events told, and is imported after it."""

import csv
import io
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from tests.integration.ingest.test_shopify_webhook_figures import Shop
from tests.integration.ingest.test_told_by_events import (
    CANCELLED,
    FIRST_ID,
    Rows,
    export,
    sold,
    told,
)
from tests.integration.ingest.test_webhook_law import bring_in, new_shop
from tests.support import hypothesis_profiles, inboxes, shopify_orders, woocommerce_json
from tests.support.cancelled_orders import orders
from tests.support.plan_rows import counting
from tests.support.shopify_json import LATER, line, order, refund
from tests.support.shopify_orders import Story

from common.db.tenancy import Access, transaction
from ingest.formats.registry import FORMATS
from ingest.import_files import FileKind, Imported, ImportFile, import_files
from ingest.ledger import older_exports
from ingest.webhooks.work import work_off

PENDING = {"Financial Status": "pending", "Paid at": ""}
OLDER = "the file, being older, has not; it stays as it is known"


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


def bring(shop: Shop, rows: Rows, refunds: str = "") -> Imported:
    files = {FileKind.ORDERS: ImportFile("orders.csv", [export(rows)[FileKind.ORDERS]])}
    if refunds:
        files[FileKind.REFUNDS] = ImportFile("refunds.csv", [refunds.encode()])
    return import_files(shop.engine, shop.id, files, layout=FORMATS["shopify"])


def left_out(outcome: Imported) -> list[str]:
    return [each for each in outcome.notes if OLDER in each]


@pytest.mark.parametrize("refunds", [[], [refund(1, [(1, 1, "20.00")], "20.00")]])
def test_an_order_that_was_paid_since_stays_paid(shop: Shop, refunds: list[Any]) -> None:
    """A bank transfer; with a refund as well the file was refused."""
    shop.tell(told(refunds=refunds, at=LATER))
    before = inboxes.ledger_of(shop.engine, shop.id)
    outcome = bring(shop, [*sold(0, **PENDING), *sold(1, **PENDING)])
    (said,) = left_out(outcome)
    assert said.startswith("1 order (#1001): ")
    after = inboxes.ledger_of(shop.engine, shop.id)
    assert (after["lines"][:2], after["refunds"]) == (before["lines"], before["refunds"])
    assert [(row[0], row[2] is None) for row in after["orders"]] == [
        ("#1001", False),
        ("#1002", True),
    ]


PAID_SINCE = {
    "paid": {},
    "cancelled and paid back": CANCELLED,
    "paid back, nobody knows how much": {"Financial Status": "partially_refunded"},
}
UNPAID = ["pending", "authorized", "expired", "voided"]


@pytest.mark.parametrize("status", UNPAID)
@pytest.mark.parametrize("since", PAID_SINCE)
@pytest.mark.parametrize("heard", [True, False])
def test_an_order_that_a_newer_export_has_as_paid_stays_as_it_has_it(
    shop: Shop, since: str, status: str, heard: bool
) -> None:
    """Whether or not webhooks told of another order of the shop; the older file was refused where
    money was paid back, and else took the sale out."""
    if heard:
        shop.tell(told() | {"id": 450_099, "name": "#1099"})
    gaps = "SELECT order_id, kind, amount FROM data_gaps ORDER BY 1, 2"
    assert not left_out(bring(shop, sold(0, **PAID_SINCE[since]) + sold(1)))
    before = inboxes.ledger_of(shop.engine, shop.id), shop.rows(gaps)
    older = sold(0, **(PENDING | {"Financial Status": status}))
    (said,) = left_out(bring(shop, older + sold(1)))
    assert said.startswith("1 order (#1001): ")
    assert (inboxes.ledger_of(shop.engine, shop.id), shop.rows(gaps)) == before


@pytest.mark.parametrize(("newer", "older"), [("", "Id"), ("Id", ""), ("", "")])
def test_an_order_that_is_paid_stays_so_whichever_of_both_exports_has_ids(
    shop: Shop, newer: str, older: str
) -> None:
    """By its name then; a refund of a file as well had the older one refused."""

    def without(column: str, rows: Rows) -> Imported:
        rows = [{name: cell for name, cell in row.items() if name != column} for row in rows]
        return bring(shop, rows)

    without(newer, sold(0))
    refunds = "refund_id,order_id,line_id,processed_at,quantity,amount\n"
    refunds += "r1,#1001,1,2026-03-05T10:00:00Z,1,20.00\n"
    import_files(
        shop.engine, shop.id, {FileKind.REFUNDS: ImportFile("refunds.csv", [refunds.encode()])}
    )
    before = inboxes.ledger_of(shop.engine, shop.id)
    (said,) = left_out(without(older, [*sold(0, **PENDING), *sold(1)]))
    assert said.startswith("1 order (#1001): ")
    after = inboxes.ledger_of(shop.engine, shop.id)
    assert after["orders"][:1] == before["orders"]
    assert after["refunds"] == before["refunds"]


def test_an_order_that_was_cancelled_since_stays_as_it_was_told(shop: Shop) -> None:
    """The file has two mugs for 45.00; one was taken out before it was cancelled."""
    gone = {"cancelled_at": LATER, "financial_status": "refunded", "at": LATER}
    shop.tell(told(refunds=[refund(1, [], "25.00")], **gone))
    before = inboxes.ledger_of(shop.engine, shop.id)
    two = {"Lineitem quantity": "2", "Subtotal": "45.00", "Total": "45.00"}
    outcome = bring(shop, sold(0, **two) + sold(1))
    assert len(left_out(outcome)) == 1
    after = inboxes.ledger_of(shop.engine, shop.id)
    assert after["refunds"] == before["refunds"]
    assert [row for row in after["lines"] if row[0] == "#1001"] == before["lines"]
    assert not left_out(bring(shop, sold(0, **CANCELLED)))


def test_an_order_that_was_deleted_since_stays_out_with_refunds_of_a_file(shop: Shop) -> None:
    shop.tell(told())
    shop.hear(("orders/delete", {"id": 450_001}))
    refunds = "refund_id,order_id,line_id,processed_at,quantity,amount\n"
    refunds += "r1,#1001,1,2026-03-05T10:00:00Z,1,20.00\n"
    outcome = bring(shop, sold(0) + sold(1), refunds)
    assert len(left_out(outcome)) == 1
    assert [row[0] for row in inboxes.ledger_of(shop.engine, shop.id)["orders"]] == ["#1002"]


def test_what_may_follow_each_other_either_way_is_the_files_to_say(shop: Shop) -> None:
    """Nobody can tell which of two states of lines is older; the export is taken, as ever."""
    shop.tell(told())
    other = {"Lineitem price": "30.00", "Subtotal": "35.00", "Total": "35.00"}
    outcome = bring(shop, sold(0, **other) + sold(1))
    assert not left_out(outcome)
    (said,) = [each for each in outcome.notes if "does not say when it was written" in each]
    assert said.startswith("1 order (#1001): ")
    assert shop.sales["S-1"] == (3000 + 2000, 0)
    again = bring(shop, sold(0, **other) + sold(1)).notes
    assert not [each for each in again if "does not say when it was written" in each]


def test_gift_cards_that_are_no_sales_any_more_are_the_exports_to_leave_out(shop: Shop) -> None:
    """They are unpaid where they are a liability, whatever events told before that was said."""
    card = line(1, "Gift Card", "20.00", gift_card=True)
    shop.tell(order([card], "20.00"))
    paid = "SELECT paid_at IS NOT NULL FROM orders"
    with transaction(shop.engine, Access(tenant_id=shop.id)) as session:
        session.execute(text("UPDATE orders SET paid_at = placed_at"))
    assert shop.rows(paid) == [(True,)]
    bare = {"Lineitem name": "Gift Card", "Subtotal": "20.00", "Total": "20.00"}
    assert not left_out(bring(shop, sold(0, **bare, **{"Discount Amount": "0.00"})[:1]))
    assert shop.rows(paid) == [(False,)]


@settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), story=orders())
def test_an_export_from_any_time_before_takes_nothing_from_what_events_told(
    service_engine: Engine, data: st.DataObject, story: Story
) -> None:
    shop = new_shop(service_engine)
    connection = inboxes.connect(service_engine, shop)
    for _, _, payload in story.events:
        for each in payload["line_items"]:
            each["gift_card"] = False
    inboxes.put(service_engine, shop, connection, data.draw(st.permutations(story.events)))
    work_off(service_engine, shop)
    told_by_events = inboxes.ledger_of(service_engine, shop)
    known = data.draw(st.integers(0, len(story.refunds)))
    older = replace(story, refunds=story.refunds[:known], cancelled=None)
    if not known and data.draw(st.booleans()):
        older.paid = None
    for _ in range(2):
        file = {FileKind.ORDERS: shopify_orders.export([older])}
        bring_in(service_engine, shop, "shopify", file)
        assert inboxes.ledger_of(service_engine, shop) == told_by_events


def test_the_cost_grows_with_the_number_of_orders(
    service_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[float] = []

    for many in (150, 300):
        at = Shop(service_engine)
        gone = {"cancelled_at": LATER, "financial_status": "refunded", "at": LATER}
        told_of = told(refunds=[refund(1, [], "25.00")], **gone)
        for first in range(0, many, 50):
            numbers = range(first, first + 50)
            at.tell(*(told_of | {"id": 450_001 + n, "name": f"#{1001 + n}"} for n in numbers))
        looked.append(0)
        rows = [row for n in range(many) for row in sold(n, **(CANCELLED if n % 2 else {}))]
        with monkeypatch.context() as patched:
            patched.setattr(older_exports, "derive", counting(looked))
            outcome = bring(at, rows)
        assert left_out(outcome)[0].startswith(f"{many // 2} orders")
    assert looked[0] > 150
    assert looked[1] < 3 * looked[0], looked


FACTS_OF_ALL = """
    INSERT INTO webhook_orders (tenant_id, connection_id, order_id, facts)
    SELECT w.tenant_id, w.connection_id, o.platform_id, w.facts
    FROM webhook_orders w JOIN orders o ON o.platform_id <> w.order_id
"""


def analyse(owner_engine: Engine) -> None:
    url = owner_engine.url.set(drivername="postgresql")
    as_text = url.render_as_string(hide_password=False)
    with psycopg.connect(as_text, autocommit=True) as owner:
        owner.execute("ANALYZE")


@pytest.mark.parametrize("analysed", [True, False])
def test_a_ledger_larger_than_the_memory_for_it_is_looked_at_once(
    service_engine: Engine, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch, analysed: bool
) -> None:
    looked: list[float] = []

    little = ("SET LOCAL work_mem = '64kB'", "SET LOCAL hash_mem_multiplier = 1")
    for many in (2_000, 4_000):
        at = Shop(service_engine)
        at.tell(told())
        bring(at, [row for n in range(many) for row in sold(n)])
        with transaction(at.engine, Access(tenant_id=at.id)) as session:
            session.execute(text(FACTS_OF_ALL))
        if analysed:
            analyse(owner_engine)
        looked.append(0)
        with monkeypatch.context() as patched:
            patched.setattr(older_exports, "derive", counting(looked, *little))
            outcome = bring(at, [row for n in range(many // 2) for row in sold(n, **PENDING)])
        assert left_out(outcome)[0].startswith(f"{many // 2} orders")
    assert looked[0] > 2_000
    assert looked[1] < 3 * looked[0], looked


def test_a_ledger_that_is_taken_for_empty_is_looked_at_once_for_a_few_orders(
    service_engine: Engine, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All orders were another shop's when they were counted: a loop seems to cost nothing."""
    many, few, looked = 2_000, 8, [0.0]
    history = [row for n in range(many) for row in sold(n)]
    bring(Shop(service_engine), history)
    analyse(owner_engine)
    at = Shop(service_engine)
    at.tell(told())
    bring(at, history)
    with transaction(at.engine, Access(tenant_id=at.id)) as session:
        session.execute(text(FACTS_OF_ALL))
    monkeypatch.setattr(older_exports, "derive", counting(looked))
    outcome = bring(at, [row for n in range(few) for row in sold(n, **PENDING)])
    assert left_out(outcome)[0].startswith(f"{few} orders")
    assert 0 < looked[0] < 4 * many, "by a loop it is all of them for each order"


COUNTRY = {"Shipping Country": "DE"}


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({}, {"Cancelled at", "Refunded Amount"}),
        (CANCELLED, {"Cancelled at"}),
        (CANCELLED, {"Refunded Amount"}),
        (CANCELLED | {"Refunded Amount": "0.00"}, set()),
    ],
)
def test_only_an_export_that_states_that_an_order_stands_is_older(
    shop: Shop, said: dict[str, str], missing: set[str]
) -> None:
    """What a file has no column for it says nothing of, and its other news is taken."""
    gone = {"cancelled_at": LATER, "financial_status": "refunded", "at": LATER}
    shop.tell(told(refunds=[refund(1, [], "25.00")], **gone))
    before = inboxes.ledger_of(shop.engine, shop.id)["refunds"]
    rows = [
        {name: value for name, value in row.items() if name not in missing}
        for row in sold(0, **said, **COUNTRY)
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), restval="")
    writer.writeheader()
    writer.writerows(rows)
    file = {FileKind.ORDERS: ImportFile("orders.csv", [out.getvalue().encode()])}
    outcome = import_files(shop.engine, shop.id, file, layout=FORMATS["shopify"])
    assert not left_out(outcome)
    after = inboxes.ledger_of(shop.engine, shop.id)
    assert [row[5] for row in after["orders"]] == ["DE"]
    assert after["refunds"] == before


def test_what_another_platform_told_of_an_order_of_the_same_id_is_of_another_order(
    shop: Shop,
) -> None:
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    theirs = woocommerce_json.order([woocommerce_json.line(1, "60.00")], "60.00")
    events = [
        ("order.updated", "a1", theirs | {"id": FIRST_ID, "number": "W-1"}),
        ("order.deleted", "a2", {"id": FIRST_ID}),
    ]
    inboxes.put(shop.engine, shop.id, other, events)
    work_off(shop.engine, shop.id)
    other_price = {"Lineitem price": "30.00", "Subtotal": "35.00", "Total": "35.00"}
    for said in ({}, other_price):
        outcome = bring(shop, sold(0, **said))
        assert not [each for each in outcome.notes if "webhooks told" in each]
    assert shop.sales == {"S-1": (3000, 0), "S-2": (1000, 500)}
