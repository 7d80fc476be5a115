"""A refund that a file of the shop's own and webhooks tell by two ids: it counts once."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.integration.ingest.test_shopify_webhook_figures import Shop
from tests.support import hypothesis_profiles, inboxes
from tests.support.shopify_json import line, order, refund
from tests.support.shopify_orders import money
from tests.support.webhook_shop import WebhookShop
from tests.support.woocommerce_json import line as woo_line
from tests.support.woocommerce_json import order as woo_order

from ingest.csv.faults import ImportRefusedError
from ingest.import_files import FileKind, Imported, ImportFile, import_files
from ingest.webhooks.work import work_off

ONCE = "by another id; it counts once"
COLUMNS = "refund_id,order_id,line_id,processed_at,kind,quantity,amount,shipping,tax\n"
MUGS, CUP = line(1, "Mug", "20.00", 2), line(2, "Cup", "10.00")
IDS = "SELECT DISTINCT external_id FROM refunds ORDER BY 1"


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


def bring(shop: WebhookShop, *rows: str) -> Imported:
    """A refunds.csv by itself."""
    content = COLUMNS + "".join(f"{row}\n" for row in rows)
    files = {FileKind.REFUNDS: ImportFile("refunds.csv", [content.encode()])}
    return import_files(shop.engine, shop.id, files)


def word(*refunds: dict[str, Any], day: int = 8, **change: Any) -> dict[str, Any]:
    """Two mugs and a cup for 50.00, of which is left what was not paid back."""
    at = f"2026-03-{day:02}T12:00:00Z"
    left = {"current_total_price": less(5000, refunds)} | change
    return order([MUGS, CUP], "50.00", refunds=list(refunds), at=at, **left)


def less(cents: int, refunds: Iterable[dict[str, Any]]) -> str:
    """What is left of a total after the money of refunds."""
    moved = [Decimal(each["amount"]) for one in refunds for each in one["transactions"]]
    return money(cents - int(100 * sum(moved)))


def ids(shop: WebhookShop) -> list[str]:
    return [each for (each,) in shop.rows(IDS)]


def back(shop: WebhookShop) -> int:
    ((found,),) = shop.rows("SELECT coalesce(sum(amount + shipping + tax), 0) FROM refunds")
    return int(found)


MUG_BACK = refund(1, [(1, 1, "20.00")], moved="20.00")
OWN = "R1,#1001,1,{},return,1,20.00,,"


@pytest.mark.parametrize("first", ["file", "events"])
@pytest.mark.parametrize(
    ("row", "known"),
    [
        (OWN.format("2026-03-05T09:59:58Z"), ["7001"]),
        (OWN.format("2026-03-05T23:59:59Z"), ["7001"]),
        (OWN.format("2026-03-05T00:00:00Z"), ["7001"]),
        ("R1,#1001,,2026-03-05T10:00:00Z,return,,20.00,,", ["7001"]),
        ("7001,#1001,1,2026-03-05T10:00:00Z,return,1,20.00,,", ["7001"]),
        (OWN.format("2026-03-06T00:00:00Z"), ["7001", "R1"]),
        (OWN.format("2026-03-04T23:59:59Z"), ["7001", "R1"]),
        ("R1,#1001,1,2026-03-05T10:00:00Z,return,1,19.99,,", ["7001", "R1"]),
        ("R1,#1001,2,2026-03-05T10:00:00Z,return,1,10.00,,", ["7001", "R1"]),
    ],
    ids=[
        "second",
        "latest",
        "earliest",
        "no-line",
        "own-id",
        "later",
        "earlier",
        "less",
        "else",
    ],
)
def test_a_refund_of_two_names_is_the_events(
    shop: Shop, first: str, row: str, known: list[str]
) -> None:
    """20.00 on 5 March at 10:00, in a shop in UTC: on the 5th it may be the same."""
    shop.tell(word(day=2) if first == "file" else word(MUG_BACK))
    outcome = bring(shop, row)
    if first == "file":
        shop.tell(word(MUG_BACK))
    assert ids(shop) == known
    if len(known) == 1:
        assert shop.back == [("2026-03-05", "return", 1, 2000, 0, 0)]
    said = [each for each in outcome.notes if ONCE in each]
    reasons = "SELECT reason FROM webhook_events WHERE reason LIKE '%by another id%'"
    told = shop.rows(reasons) if first == "file" else said
    assert len(told) == (known == ["7001"] and not row.startswith("7001"))
    before = inboxes.ledger_of(shop.engine, shop.id)
    alike = [each for each in bring(shop, row).notes if "both count" in each]
    assert len(alike) == (len(known) == 2 and ",20.00," in row)
    assert inboxes.ledger_of(shop.engine, shop.id) == before


def test_each_is_one_of_them_at_most(shop: Shop) -> None:
    """Three rows of a file and two refunds of 5.00: one of the rows is of its own."""
    two = [refund(n, [], moved="5.00") for n in (1, 2)]
    shop.tell(word(*two))
    rows = [f"R{n},#1001,,2026-03-05T10:00:00Z,return,,5.00,," for n in (1, 2, 3)]
    for _ in range(2):
        bring(shop, *rows)
        assert (ids(shop), back(shop)) == (["7001", "7002", "R3"], 1500)


@pytest.mark.parametrize("file_first", [True, False])
def test_a_refund_of_the_shops_own_is_not_used_up_by_events_that_tell_nothing_new(
    shop: Shop, *, file_first: bool
) -> None:
    """50.00 less 5.00 by the platform, told by both, less 5.00 by the bank: 40.00, whatever comes
    again.
    """
    rows = [f"{each},#1001,,2026-03-05T1{n}:00:00Z,return,,5.00,," for n, each in enumerate("RB")]
    told = refund(1, [], moved="5.00", discrepancy="-5.00")
    shop.tell(word(day=2))
    steps = [lambda: bring(shop, *rows), lambda: shop.tell(word(told))]
    for step in steps if file_first else reversed(steps):
        step()
    assert (ids(shop), back(shop)) == (["7001", "B"], 1000)
    for day in (9, 10, 11):
        shop.tell(word(told, day=day, note=f"read on day {day}"))
        assert (ids(shop), back(shop)) == (["7001", "B"], 1000)
        bring(shop, *rows)
        assert (ids(shop), back(shop)) == (["7001", "B"], 1000)


def test_a_file_that_has_the_events_id_has_no_other_name_for_it(shop: Shop) -> None:
    shop.tell(word(refund(1, [], moved="5.00")))
    rows = [f"{each},#1001,,2026-03-05T10:00:00Z,return,,5.00,," for each in ("7001", "R1")]
    bring(shop, *rows)
    assert (ids(shop), back(shop)) == (["7001", "R1"], 1000)


def test_a_file_may_leave_the_tax_out(shop: Shop) -> None:
    taxed = refund(1, [(1, 1, "20.00")], moved="23.80")
    taxed["refund_line_items"][0]["total_tax"] = "3.80"
    total: dict[str, Any] = {
        "total_price": "57.60",
        "total_tax": "7.60",
        "current_total_price": "57.60",
    }
    shop.tell(word(taxed, **total))
    bring(shop, OWN.format("2026-03-05T10:00:00Z"))
    assert shop.back == [("2026-03-05", "return", 1, 2000, 0, 380)]


def test_what_may_be_one_and_gives_back_too_much_is_named(shop: Shop) -> None:
    """Of 20.00 for two mugs each, 40.00 are told and 40.00 in the file, three days later."""
    shop.tell(word(refund(1, [(1, 2, "40.00")], moved="40.00")))
    with pytest.raises(ImportRefusedError) as refused:
        bring(shop, "R1,#1001,1,2026-03-08T10:00:00Z,return,2,40.00,,")
    assert ["R1 and 7001" in str(each) for each in refused.value.faults] == [True]
    assert "may tell one refund by two ids" in str(refused.value.faults[0])


def test_an_event_that_gives_back_too_much_beside_a_file_names_both(shop: Shop) -> None:
    shop.tell(word(day=2))
    bring(shop, "R1,#1001,1,2026-03-08T10:00:00Z,return,2,40.00,,")
    told = word(refund(1, [(1, 2, "40.00")], moved="40.00"))
    inboxes.put(shop.engine, shop.id, shop.connection, [("orders/updated", "more", told)])
    work_off(shop.engine, shop.id)
    ((reason,),) = shop.rows("SELECT reason FROM webhook_events WHERE state = 'waiting'")
    assert "R1 and 7001" in reason
    assert ids(shop) == ["R1"]


def test_a_refund_of_woocommerce_is_known_by_another_id_too(service_engine: Engine) -> None:
    """6.00 of 15.00, told by the order's newest word alone."""
    shop = WebhookShop(service_engine, "woocommerce")
    sold = [woo_line(1, "10.00"), woo_line(2, "5.00")]
    told = woo_order(sold, "15.00", at="2026-03-04T10:00:00", refunds=[{"id": 9, "total": "-6.00"}])
    shop.hear(("order.updated", told))
    outcome = bring(shop, "R1,1,,2026-03-04T08:00:00Z,return,,6.00,,")
    assert (ids(shop), back(shop)) == ([" refunded:9"], 600)
    assert [each for each in outcome.notes if ONCE in each]


def test_what_is_as_much_is_one_before_what_is_as_much_without_its_tax(
    service_engine: Engine,
) -> None:
    """11.90 with 1.90 of tax, and 10.00 of which the file leaves the tax out: two and two."""
    shop = WebhookShop(service_engine, "woocommerce")
    refunds = [{"id": 10, "total": "-11.90"}, {"id": 11, "total": "-10.00"}]
    at = "2026-03-04T10:00:00"
    sold = woo_order([woo_line(1, "40.00")], "47.60", total_tax="7.60", at=at, refunds=refunds)
    shop.hear(("order.updated", sold))
    bring(
        shop,
        "R1,1,,2026-03-04T08:00:00Z,return,,10.00,,",
        "R2,1,,2026-03-04T08:00:00Z,return,,10.00,,1.90",
    )
    assert (ids(shop), back(shop)) == ([" refunded:10", " refunded:11"], 2190)


@dataclass
class Made:
    """A refund of so much, on a day, of a mug or of no line."""

    number: int
    day: int
    cents: int
    of_line: bool

    def told(self) -> dict[str, Any]:
        lines = [(1, 1, money(self.cents))] if self.of_line else []
        return refund(
            self.number, lines, moved=money(self.cents), at=f"2026-03-{self.day:02}T10:00:00Z"
        )

    def row(self) -> str:
        of = ("1", "1") if self.of_line else ("", "")
        at = f"2026-03-{self.day:02}T22:30:00Z"
        return f"R{self.number},#1001,{of[0]},{at},return,{of[1]},{money(self.cents)},,"


MADE = st.builds(
    Made,
    st.just(0),
    st.integers(3, 9),
    st.sampled_from([100, 100, 250]),
    st.booleans(),
)


@settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), made=st.lists(MADE, min_size=1, max_size=4))
def test_refunds_count_once_whoever_tells_them_first_by_whatever_id(
    service_engine: Engine, data: st.DataObject, made: list[Made]
) -> None:
    """Of some a file tells, and of some events, and each is told by one of them at least."""
    for number, each in enumerate(made, 1):
        each.number = number
    by = [data.draw(st.sampled_from(["file", "events", "both"])) for _ in made]
    rows = [each.row() for each, who in zip(made, by, strict=True) if who != "events"]
    told = [each.told() for each, who in zip(made, by, strict=True) if who != "file"]
    left = {"current_total_price": less(18_000, told), "at": "2026-03-20T10:00:00Z"}
    lines = order([line(1, "Mug", "20.00", 9)], "180.00", refunds=told, **left)
    shops = [Shop(service_engine) for _ in range(2)]
    for shop, file_first in zip(shops, (True, False), strict=True):
        shop.tell(order([line(1, "Mug", "20.00", 9)], "180.00"))
        if not file_first:
            shop.tell(lines)
        if rows:
            bring(shop, *rows)
        if file_first:
            shop.tell(lines)
    most = sum(each.cents for each in made)
    apart = [who for who in by if who != "both"]
    for shop in shops:
        assert {f"{7000 + n}" for n, who in enumerate(by, 1) if who != "file"} <= set(ids(shop))
        assert back(shop) <= most
        if len(set(apart)) < 2:  # nothing that one of them alone tells can be taken for another's
            assert back(shop) == most
    assert back(shops[0]) == back(shops[1])
