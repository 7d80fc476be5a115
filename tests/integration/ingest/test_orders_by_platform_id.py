"""One order by the platform's id, whatever it is called: in files, events and both."""

from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine, text
from tests.integration.ingest.test_older_exports import bring
from tests.integration.ingest.test_shopify_webhook_figures import Shop
from tests.integration.ingest.test_told_by_events import Rows, sold
from tests.support.plan_rows import counting
from tests.support.shopify_json import LATER, line, order, refund

from common.db.tenancy import Access, transaction
from ingest.csv.faults import ImportRefusedError
from ingest.ledger import platform_ids

NET = """
    SELECT (SELECT sum(unit_price * quantity + remainder - line_discount - order_discount)::bigint
            FROM order_lines), (SELECT coalesce(sum(amount), 0)::bigint FROM refunds)
"""
NAMES = "SELECT external_id, platform_id FROM orders ORDER BY id"
LOST = "1001"
REFUNDS = (
    "refund_id,order_id,line_id,processed_at,kind,quantity,amount,shipping,tax\n"
    "r1,1001,1,2026-03-04T10:00:00Z,return,1,20.00,0.00,0.00\n"
)


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


def called(name: str, **changed: str) -> list[dict[str, str]]:
    head, cup = sold(0, **changed)
    return [head | {"Name": name}, cup | {"Name": name}]


def told(**changed: Any) -> dict[str, Any]:
    lines = [line(1, "Mug", "20.00"), line(2, "Cup", "10.00", allocated=["5.00"])]
    return order(lines, "25.00", subtotal_price="25.00", total_discounts="5.00", **changed)


@pytest.mark.parametrize("turn", list(permutations(("#1001", LOST, "event"))))
def test_an_order_that_comes_by_several_names_is_sold_once(
    shop: Shop, turn: tuple[str, ...]
) -> None:
    """A mug for 20.00 and a cup for 10.00 less 5.00, told three times."""
    for source in turn:
        if source == "event":
            shop.tell(told())
        else:
            bring(shop, called(source))
    first = LOST if turn[0] == LOST else "#1001"
    assert shop.rows(NAMES) == [(first, "450001")]
    assert shop.rows(NET) == [(2500, 0)]


def test_names_that_are_another_orders_are_said(shop: Shop) -> None:
    def said(words: str, rows: Rows) -> list[str]:
        return [each for each in bring(shop, rows).notes if words in each]

    assert said("name", called("#1001")) == []
    (once,) = said("by another name", called(LOST))
    (both,) = said("both count", called("#1001", Id="990"))
    assert once.startswith("1 order (1001): ")
    assert both.startswith("1 order (#1001): ")


@pytest.mark.parametrize("refunded", [False, True])
def test_what_was_counted_twice_before_is_taken_out(shop: Shop, *, refunded: bool) -> None:
    """By a version that knew names alone; a refund of 20.00 that is known by that name stays."""
    bring(shop, called(LOST, Id="990"), REFUNDS if refunded else "")
    bring(shop, called("#1001"))
    with transaction(shop.engine, Access(tenant_id=shop.id)) as session:
        session.execute(text("UPDATE orders SET platform_id = '450001'"))
    notes = bring(shop, called("#1001")).notes
    assert shop.rows(NET) == [(2500, 2000 * refunded)]
    assert any("counted twice" in each for each in notes)


def test_what_comes_with_an_order_goes_by_the_name_that_the_ledger_has(shop: Shop) -> None:
    """Its refund in a file of its own, and what the export does not know of it."""
    bring(shop, called("#1001"))
    bring(shop, called(LOST, Total="27.00"), REFUNDS)
    assert shop.rows(NET) == [(2500, 2000)]
    assert shop.gaps == [("unreconciled-orders", 200)]
    assert shop.rows("SELECT order_id FROM data_gaps") == [("#1001",)]


def test_an_event_finds_the_order_by_its_id(shop: Shop) -> None:
    bring(shop, called(LOST))
    shop.tell(told(refunds=[refund(1, [(1, 1, "20.00")], "20.00")], at=LATER))
    assert shop.rows(NAMES) == [(LOST, "450001")]
    assert shop.rows(NET) == [(2500, 2000)]
    shop.hear(("orders/delete", {"id": 450_001}))
    assert shop.rows(NAMES) == []


def test_orders_of_two_sites_with_one_number_both_count(shop: Shop) -> None:
    """Also where one of them has lost its sign since, and comes with the other."""
    other = {"Id": "990"}
    bring(shop, called("#1001"))
    bring(shop, called("#1001", **other))
    bring(shop, called(LOST) + called("#1001", **other))
    assert shop.rows(NAMES) == [("#1001", "450001"), ("#1001 (990)", "990")]
    assert shop.rows(NET) == [(5000, 0)]


def test_a_name_that_another_order_has_stays_its_own(shop: Shop) -> None:
    """Two orders that traded their names, as of two sites, keep those of the ledger."""
    bring(shop, called("#1001") + called(LOST, Id="990"))
    bring(shop, called(LOST) + called("#1001", Id="990"))
    assert shop.rows(NAMES) == [("#1001", "450001"), (LOST, "990")]
    assert shop.rows(NET) == [(5000, 0)]


def test_two_exports_in_one_file_are_refused_where_they_have_one_order(shop: Shop) -> None:
    with pytest.raises(ImportRefusedError) as raised:
        bring(shop, called("#1001") + called(LOST))
    assert "#1001" in str(raised.value.faults[0])
    assert shop.rows(NAMES) == []


def test_each_order_is_looked_up_once_where_the_ledger_is_taken_for_empty(
    service_engine: Engine, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All orders were another shop's when they were counted: a loop seems to cost nothing."""
    many, looked = 1_000, [0.0]
    history = [row for n in range(many) for row in sold(n)]
    bring(Shop(service_engine), history)
    with owner_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE orders"))
    at = Shop(service_engine)
    bring(at, history)
    monkeypatch.setattr(platform_ids, "derive", counting(looked))
    bring(at, history)
    assert many < looked[0] < 20 * many, "by a loop it is all of them for each order"
