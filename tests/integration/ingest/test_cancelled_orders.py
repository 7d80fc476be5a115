"""A cancelled order at Shopify: its refunds stay on their days, from events and exports alike."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text, update
from tests.integration.ingest.test_shopify_webhook_figures import Shop
from tests.integration.ingest.test_webhook_law import bring_in, new_shop
from tests.support import hypothesis_profiles, inboxes, shopify_orders
from tests.support.cancelled_orders import by_day, orders
from tests.support.shopify_json import DAY, line, money, order, refund
from tests.support.shopify_orders import Story

from common.db.tenancy import Access, transaction
from common.db.webhooks import WebhookOrder
from ingest.formats.registry import FORMATS
from ingest.import_files import FileKind, Imported, ImportFile, import_files
from ingest.webhooks.work import work_off

IN_ONE_DATABASE = settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
MUGS, CUP = line(1, "Mug", "10.00", 2), line(2, "Cup", "30.00")
SUMS = {
    "subtotal_price": "50.00",
    "total_tax": "10.00",
    "total_shipping_price_set": money("4.00"),
}
ONE_MUG = refund(1, [(1, 1, "10.00")], "12.00", at="2026-03-05T10:00:00Z")
ONE_MUG["refund_line_items"][0]["total_tax"] = "2.00"
CANCELLED_AT = "2026-03-08T10:00:00Z"
THE_REST = refund(2, [(1, 1, "10.00"), (2, 1, "30.00")], "52.00", at=CANCELLED_AT)
THE_REST["refund_line_items"][0]["total_tax"] = "2.00"
THE_REST["refund_line_items"][1]["total_tax"] = "6.00"
THE_REST["order_adjustments"] = [
    {"kind": "shipping_refund", "amount": "-4.00", "tax_amount": "0.00"}
]
ON_THE_FIFTH = ("2026-03-05", "return", 1, 1000, 0, 200)
ON_THE_EIGHTH = ("2026-03-08", "cancel", 2, 4000, 400, 800)


def told(*refunds: dict[str, Any], at: str, **changed: Any) -> dict[str, Any]:
    return order([MUGS, CUP], "64.00", at=at, refunds=list(refunds), **SUMS, **changed)


def cancelled(*refunds: dict[str, Any], at: str = CANCELLED_AT) -> dict[str, Any]:
    gone = {"financial_status": "refunded", "current_total_price": "0.00"}
    return told(*refunds, at=at, cancelled_at=CANCELLED_AT, **gone)


def exported(refunded: str, *, cancelled_at: str = "2026-03-08 10:00:00 +0000") -> bytes:
    paid = "2026-03-02 10:00:00 +0000"
    head = {
        "Name": "#1001", "Id": "450001", "Financial Status": "paid", "Paid at": paid,
        "Created at": paid, "Currency": "EUR", "Subtotal": "50.00", "Shipping": "4.00",
        "Taxes": "10.00", "Total": "64.00", "Discount Amount": "0.00",
        "Refunded Amount": refunded, "Cancelled at": cancelled_at, "Lineitem quantity": "2",
        "Lineitem name": "Mug", "Lineitem price": "10.00", "Lineitem sku": "S-1",
    }  # fmt: skip
    cup = {
        "Name": "#1001", "Lineitem quantity": "1", "Lineitem name": "Cup",
        "Lineitem price": "30.00", "Lineitem sku": "S-2",
    }  # fmt: skip
    out = io.StringIO()
    writer = csv.DictWriter(out, list(head))
    writer.writeheader()
    writer.writerows([head, cup])
    return out.getvalue().encode()


def bring(shop: Shop, refunded: str, refunds: str = "", **changed: str) -> Imported:
    files = {FileKind.ORDERS: ImportFile("orders.csv", [exported(refunded, **changed)])}
    if refunds:
        files[FileKind.REFUNDS] = ImportFile("refunds.csv", [refunds.encode()])
    return import_files(shop.engine, shop.id, files, layout=FORMATS["shopify"])


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


def test_what_was_paid_back_before_stays_on_its_day_when_the_order_is_cancelled(shop: Shop) -> None:
    """Mugs of 10.00 each and a cup of 30.00, 4.00 to send them and 10.00 of tax."""
    shop.tell(told(ONE_MUG, at="2026-03-05T10:00:00Z"))
    assert shop.back == [ON_THE_FIFTH]
    shop.tell(cancelled(ONE_MUG, THE_REST))
    assert shop.back == [ON_THE_FIFTH, ON_THE_EIGHTH]


@pytest.mark.parametrize("first", ["export", "events"])
def test_an_export_alone_knows_one_day_and_takes_no_refund_from_another(
    shop: Shop, first: str
) -> None:
    if first == "export":
        outcome = bring(shop, "64.00")
        assert shop.back == [("2026-03-08", "cancel", 3, 5000, 400, 1000)]
        assert [each for each in outcome.notes if "all of it counts when it was cancelled" in each]
    shop.tell(cancelled(ONE_MUG, THE_REST))
    assert shop.back == [ON_THE_FIFTH, ON_THE_EIGHTH]
    for _ in range(2):
        outcome = bring(shop, "64.00")
        assert shop.back == [ON_THE_FIFTH, ON_THE_EIGHTH]
        assert outcome.summary.net_sales == 0
        (said,) = [each for each in outcome.notes if "known one by one" in each]
        assert said.startswith("1 order (#1001): cancelled")


def test_an_export_that_tells_the_cancelling_first_brings_what_known_refunds_leave(
    shop: Shop,
) -> None:
    shop.tell(told(ONE_MUG, at="2026-03-05T10:00:00Z"))
    for _ in range(2):
        assert bring(shop, "64.00").summary.net_sales == 0
        assert shop.back == [ON_THE_FIFTH, ON_THE_EIGHTH]
    shop.tell(cancelled(ONE_MUG, THE_REST))
    assert shop.back == [ON_THE_FIFTH, ON_THE_EIGHTH]


def test_a_part_of_the_rest_is_put_on_all_that_is_left_in_proportion(shop: Shop) -> None:
    """26.00 of the 52.00 that are left: half of each."""
    shop.tell(told(ONE_MUG, at="2026-03-05T10:00:00Z"))
    bring(shop, "38.00")
    assert shop.back == [ON_THE_FIFTH, ("2026-03-08", "cancel", 2, 2000, 200, 400)]


def test_pieces_come_back_with_the_cancelling_and_money_with_its_refunds(shop: Shop) -> None:
    """Cancelled without a refund of its own, and paid back in part on the tenth."""
    shop.tell(cancelled(ONE_MUG))
    pieces = ("2026-03-08", "cancel", 2, 0, 0, 0)
    assert shop.back == [ON_THE_FIFTH, pieces]
    bring(shop, "12.00")
    assert shop.back == [ON_THE_FIFTH, pieces]
    later = refund(3, [], "26.00", at="2026-03-10T10:00:00Z")
    shop.tell(cancelled(ONE_MUG, later, at="2026-03-10T10:00:00Z"))
    after = ("2026-03-10", "cancel", 0, 2000, 200, 400)
    assert shop.back == [ON_THE_FIFTH, pieces, after]
    bring(shop, "38.00")
    assert shop.back == [ON_THE_FIFTH, pieces, after]


@pytest.mark.parametrize("seconds", [-2, 0, 2])
def test_goods_that_a_cancelling_restocks_without_money_stay_sold(shop: Shop, seconds: int) -> None:
    """As in the export: money is the truth, and none went."""
    restocked = refund(
        4, [(1, 2, "20.00"), (2, 1, "30.00")], at=f"2026-03-08T10:00:{30 + seconds:02}Z"
    )
    at = "2026-03-08T10:00:30Z"
    shop.tell(cancelled(restocked) | {"cancelled_at": at})
    assert shop.back == []
    bring(shop, "0.00")
    assert shop.back == []


def test_an_edit_before_the_cancelling_stays_and_its_money_goes_with_the_rest(shop: Shop) -> None:
    """A mug was taken out on the fifth and its 12.00 were owed."""
    edited = ONE_MUG | {"transactions": []}
    before = told(edited, at="2026-03-05T10:00:00Z", current_total_price="52.00")
    edit = ("2026-03-05", "edit", 1, 1000, 0, 200)
    shop.tell(before | {"total_outstanding": "-12.00"})
    assert shop.back == [edit]
    whole = THE_REST | {"transactions": refund(2, [], "64.00")["transactions"]}
    shop.tell(cancelled(edited, whole))
    assert shop.back == [edit, ON_THE_EIGHTH]


def test_what_paid_for_an_edit_is_no_goodwill_once_the_order_is_cancelled(shop: Shop) -> None:
    """The total comes down to nothing by a cancelling that pays nothing back."""
    edited = ONE_MUG | {"transactions": []}
    paid = refund(5, [], "12.00", at="2026-03-06T10:00:00Z")
    sums = {"current_total_price": "52.00", "total_outstanding": "0.00"}
    shop.tell(told(edited, paid, at="2026-03-06T10:00:00Z", **sums))
    edit = ("2026-03-05", "edit", 1, 1000, 0, 200)
    assert shop.back == [edit]
    shop.tell(cancelled(edited, paid))
    assert shop.back == [edit, ("2026-03-08", "cancel", 2, 0, 0, 0)]


def test_what_the_version_before_kept_of_a_standing_order_tells_what_its_edits_owed(
    shop: Shop,
) -> None:
    """It kept no word of its own for that: the order's word is it, while that stands."""
    edited = ONE_MUG | {"transactions": []}
    sums = {"current_total_price": "52.00", "total_outstanding": "0.00"}
    shop.tell(told(edited, at="2026-03-05T10:00:00Z", **sums))
    goodwill = refund(5, [], "12.00", at="2026-03-06T10:00:00Z")
    shop.tell(goodwill)
    before = shop.back
    assert [row[0] for row in before] == ["2026-03-05", "2026-03-06"]
    with transaction(shop.engine, Access(tenant_id=shop.id)) as session:
        facts = session.scalars(text("SELECT facts FROM webhook_orders")).one()
        facts.pop("standing")
        session.execute(update(WebhookOrder).values(facts=facts))
    shop.tell(cancelled(edited, goodwill))
    assert [row for row in shop.back if row[0] < "2026-03-08"] == before
    with transaction(shop.engine, Access(tenant_id=shop.id)) as session:
        facts = session.scalars(text("SELECT facts FROM webhook_orders")).one()
    assert set(facts["standing"][1]) >= {"total", "owed", "current"}, "as that version reads it"


def test_an_edit_that_was_told_minutes_before_the_cancelling_stays_on_its_day(shop: Shop) -> None:
    """What no word from before told is goods that the cancelling restocks."""
    at, cancelled_at = "2026-03-07T23:58:00Z", "2026-03-08T00:01:00Z"
    edited = ONE_MUG | {"transactions": [], "created_at": at, "processed_at": at}
    owed = {"current_total_price": "52.00", "total_outstanding": "-12.00"}
    shop.tell(told(edited, at=at, **owed))
    edit = ("2026-03-07", "edit", 1, 1000, 0, 200)
    assert shop.back == [edit]
    gone = {"cancelled_at": cancelled_at}
    shop.tell(cancelled(edited, at=cancelled_at) | gone)
    assert shop.back == [edit]
    paid = refund(2, [], "12.00", at="2026-03-08T00:02:00Z")
    shop.tell(cancelled(edited, paid, at="2026-03-08T00:02:00Z") | gone)
    assert shop.back == [edit, ("2026-03-08", "cancel", 2, 0, 0, 0)]


def test_a_late_event_of_another_connection_undoes_nothing(shop: Shop) -> None:
    """It is older than the cancelling, which took the other pieces back."""
    shop.tell(cancelled(ONE_MUG))
    before = shop.back
    other = inboxes.connect(shop.engine, shop.id)
    late = told(ONE_MUG, at="2026-03-05T10:00:00Z")
    inboxes.put(shop.engine, shop.id, other, [("orders/updated", "late", late)])
    work_off(shop.engine, shop.id)
    assert shop.back == before == [ON_THE_FIFTH, ("2026-03-08", "cancel", 2, 0, 0, 0)]


OLDER = ("2026-03-05", "return", 1, 1500, 0, 200)


def test_a_refund_that_becomes_known_late_is_part_of_the_sum_that_an_export_told(
    shop: Shop,
) -> None:
    """Nobody heard of the cancelling; 5.00 of the fifth are told after the export."""
    shop.tell(told(ONE_MUG, at="2026-03-05T10:00:00Z"))
    bring(shop, "64.00")
    shop.tell(refund(3, [(2, 0, "5.00")], "5.00", at="2026-03-05T11:00:00Z"))
    rest = ("2026-03-08", "cancel", 2, 3500, 400, 800)
    assert shop.back == [OLDER, rest]
    bring(shop, "64.00")
    assert shop.back == [OLDER, rest]


def test_an_older_word_of_the_order_leaves_what_an_export_told_of_its_cancelling(
    shop: Shop,
) -> None:
    shop.tell(told(ONE_MUG, at="2026-03-05T10:00:00Z"))
    bring(shop, "64.00")
    other = inboxes.connect(shop.engine, shop.id)
    inboxes.put(shop.engine, shop.id, other, [("orders/updated", "late", told(at=DAY))])
    work_off(shop.engine, shop.id)
    assert shop.back == [ON_THE_FIFTH, ON_THE_EIGHTH]


@pytest.mark.parametrize("word", [told(at="2026-03-05T10:00:00Z"), cancelled()])
def test_events_that_know_of_no_refund_leave_the_money_and_the_pieces(
    shop: Shop, word: dict[str, Any]
) -> None:
    bring(shop, "64.00")
    all_of_it = [("2026-03-08", "cancel", 3, 5000, 400, 1000)]
    assert shop.back == all_of_it
    shop.tell(word)
    assert shop.back == all_of_it


def test_a_word_from_after_the_cancelling_that_the_order_stands_takes_it_out(shop: Shop) -> None:
    bring(shop, "64.00")
    shop.tell(told(ONE_MUG, at="2026-03-09T10:00:00Z"))
    assert shop.back == [ON_THE_FIFTH]


def test_an_event_of_the_cancelling_that_knows_less_paid_back_leaves_the_sum(shop: Shop) -> None:
    """An export of the tenth has what was paid back since."""
    bring(shop, "64.00")
    shop.tell(cancelled(ONE_MUG))
    assert shop.back == [ON_THE_FIFTH, ON_THE_EIGHTH]
    paid = refund(2, [], "52.00", at="2026-03-10T10:00:00Z")
    shop.tell(cancelled(ONE_MUG, paid, at="2026-03-10T10:00:00Z"))
    assert shop.back == [
        *(ON_THE_FIFTH, ("2026-03-08", "cancel", 2, 0, 0, 0)),
        ("2026-03-10", "cancel", 0, 4000, 400, 800),
    ]


def test_a_refund_that_an_edit_turns_out_to_be_paid_by_leaves_the_sum(shop: Shop) -> None:
    """12.00 of the sixth look like goodwill, until the edit of the fifth is told."""
    shop.tell(told(at="2026-03-03T10:00:00Z"))
    paid = refund(5, [], "12.00", at="2026-03-06T10:00:00Z")
    shop.tell(paid)
    bring(shop, "64.00")
    edited = ONE_MUG | {"transactions": []}
    shop.tell(edited)
    edit = ("2026-03-05", "edit", 1, 1000, 0, 200)
    assert shop.back == [edit, ON_THE_EIGHTH]


def test_tips_are_no_sales_whenever_they_are_paid_back(shop: Shop) -> None:
    """A mug of 20.00 and a tip of 5.00: 5.00 for the tip on the fifth, 20.00 on cancelling."""
    tip = line(2, "Tip", "5.00", sku=None, tip={"payment_gateway": "p"})
    sold = [line(1, "Mug", "20.00"), tip]
    refunds = [
        refund(1, [(2, 1, "5.00")], "5.00", at="2026-03-05T10:00:00Z"),
        refund(2, [(1, 1, "20.00")], "20.00", at=CANCELLED_AT),
    ]
    sums = {"subtotal_price": "20.00", "total_tip_received": "5.00"}
    gone = {"cancelled_at": CANCELLED_AT, "financial_status": "refunded"}
    shop.tell(order(sold, "25.00", at=CANCELLED_AT, refunds=refunds, **sums, **gone))
    assert shop.back == [("2026-03-08", "cancel", 1, 2000, 0, 0)]


COLUMNS = "refund_id,order_id,line_id,processed_at,quantity,amount,shipping,tax\n"


def test_refunds_of_a_file_before_are_part_of_the_sum(shop: Shop) -> None:
    refunds = COLUMNS + "r1,#1001,1,2026-03-05T10:00:00Z,1,10.00,,\n"
    refunds += "r1,#1001,,2026-03-05T10:00:00Z,,,,2.00\n"
    bring(shop, "0.00", refunds, cancelled_at="")
    bring(shop, "64.00")
    assert shop.back == [ON_THE_FIFTH, ON_THE_EIGHTH]
    bring(shop, "64.00", refunds)
    assert shop.back == [ON_THE_FIFTH, ON_THE_EIGHTH]


def later(shop: Shop, refunds: str) -> None:
    files = {FileKind.REFUNDS: refunds.encode()}
    bring_in(shop.engine, shop.id, "own", files)


TURNS = {
    "the refunds first": ["sold", "refunds", "export"],
    "together": ["both"],
    "together, and again": ["both", "both", "refunds", "export"],
    "the export first": ["export", "refunds"],
    "the export first, and both again": ["export", "refunds", "both", "export"],
    "one by one": ["export", "one", "refunds"],
}


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("refunded", ["64.00", "32.00", "12.00"])
def test_refunds_of_a_file_are_part_of_the_sum_in_whatever_turn_they_come(
    shop: Shop, refunded: str, turn: str
) -> None:
    """12.00 was paid back on the 5th, and the rest of Refunded Amount with the cancelling."""
    one = COLUMNS + "r1,#1001,1,2026-03-05T10:00:00Z,1,7.00,,\n"
    refunds = one + "r2,#1001,2,2026-03-05T11:00:00Z,0,5.00,,\n"
    do = {
        "sold": lambda: bring(shop, "0.00", cancelled_at=""),
        "export": lambda: bring(shop, refunded),
        "both": lambda: bring(shop, refunded, refunds),
        "one": lambda: later(shop, one),
        "refunds": lambda: later(shop, refunds),
    }
    for step in TURNS[turn]:
        do[step]()
    money: dict[str, int] = {}
    for day, _, _, *parts in shop.back:
        money[day] = money.get(day, 0) + sum(parts)
    rest = int(refunded.replace(".", "")) - 1200
    assert money == {"2026-03-05": 1200, "2026-03-08": rest}
    assert sum(row[2] for row in shop.back) == 3


@pytest.mark.parametrize("refunded", ["64.00", "32.00"])
def test_refunds_without_a_line_change_nothing_when_they_come_again(
    shop: Shop, refunded: str
) -> None:
    refunds = COLUMNS + "r1,#1001,,2026-03-05T10:00:00Z,,12.00,,\n"
    bring(shop, "0.00", cancelled_at="")
    later(shop, refunds)
    bring(shop, refunded)
    settled = shop.back
    for _ in range(2):
        later(shop, refunds)
        assert shop.back == settled
    bring(shop, refunded)
    assert shop.back == settled


def test_what_is_more_than_the_sum_counts(shop: Shop) -> None:
    bring(shop, "12.00")
    later(shop, COLUMNS + "r1,#1001,2,2026-03-05T10:00:00Z,0,15.00,,\n")
    assert sum(sum(row[3:]) for row in shop.back) == 1500


def test_what_the_version_before_kept_as_one_refund_becomes_each_its_own(shop: Shop) -> None:
    shop.tell(cancelled(ONE_MUG))
    bring(shop, "12.00")
    with transaction(shop.engine, Access(tenant_id=shop.id)) as session:
        facts = session.scalars(text("SELECT facts FROM webhook_orders")).one()
        facts.pop("standing", None)
        session.execute(update(WebhookOrder).values(facts=facts))
        session.execute(text("DELETE FROM refunds"))
    bring(shop, "64.00")
    assert shop.back == [("2026-03-08", "cancel", 3, 5000, 400, 1000)]
    shop.tell(cancelled(ONE_MUG, THE_REST, at="2026-03-09T10:00:00Z"))
    assert shop.back == [ON_THE_FIFTH, ON_THE_EIGHTH]


@IN_ONE_DATABASE
@given(story=orders())
def test_no_event_changes_a_day_that_was_over(service_engine: Engine, story: Story) -> None:
    shop = new_shop(service_engine)
    connection = inboxes.connect(service_engine, shop)
    before: list[tuple[Any, ...]] = []
    for event in story.events:
        inboxes.put(service_engine, shop, connection, [event])
        work_off(service_engine, shop)
        day = event[2]["updated_at"][:10]
        now = by_day(service_engine, shop)
        assert [row for row in now if f"{row[0]}" < day] == [
            row for row in before if f"{row[0]}" < day
        ]
        before = now
    pieces = sum(line.quantity for line in story.lines)
    assert sum(sum(row[3:]) for row in before) == story.refunded + story.owed
    if story.refunded or not story.owed:
        assert sum(row[2] for row in before) == (pieces if story.refunded else 0)


@IN_ONE_DATABASE
@given(data=st.data(), story=orders())
def test_events_in_any_order_with_exports_between_give_what_the_events_say(
    service_engine: Engine, data: st.DataObject, story: Story
) -> None:
    """Of an export that has all of it the money is that of its sum, whatever was told before and
    whatever is after it; edits that were not paid back come on top as they are told.
    """
    in_turn, shop = new_shop(service_engine), new_shop(service_engine)
    alone = inboxes.connect(service_engine, in_turn)
    inboxes.put(service_engine, in_turn, alone, story.events)
    work_off(service_engine, in_turn)
    connection = inboxes.connect(service_engine, shop)
    again = data.draw(st.lists(st.sampled_from([*story.events, None]), max_size=3))
    exported = False
    for step in data.draw(st.permutations([*story.events, None, *again])):
        if step is None:
            files = {FileKind.ORDERS: shopify_orders.export([story])}
            bring_in(service_engine, shop, "shopify", files)
            exported = True
        else:
            inboxes.put(service_engine, shop, connection, [step])
            work_off(service_engine, shop)
        if exported:
            back = by_day(service_engine, shop)
            money = sum(sum(row[3:]) for row in back)
            assert story.refunded <= money <= story.refunded + story.owed
    assert inboxes.states_of(service_engine, shop) == {"done": len(story.events)}
    expected = inboxes.ledger_of(service_engine, in_turn)
    assert inboxes.ledger_of(service_engine, shop) == expected
    bring_in(service_engine, shop, "shopify", {FileKind.ORDERS: shopify_orders.export([story])})
    assert inboxes.ledger_of(service_engine, shop) == expected


def test_rows_of_many_refunds_of_many_lines_do_not_grow_with_both(shop: Shop) -> None:
    """300 refunds of money alone, of 300 lines: 33 give back of all, the others of one or two."""
    many = 300
    lines = [line(n, f"P{n}", "3.00") for n in range(many)]
    start = shopify_orders.START.replace(month=3, day=3)
    refunds = [
        refund(n, [], "1.00", at=(start + timedelta(minutes=n)).isoformat()) for n in range(many)
    ]
    gone = {"cancelled_at": "2026-03-09T10:00:00Z", "financial_status": "partially_refunded"}
    shop.tell(order(lines, "900.00", at="2026-03-09T10:00:00Z", refunds=refunds, **gone))
    ((rows, back, pieces),) = shop.rows("SELECT count(*), sum(amount), sum(quantity) FROM refunds")
    assert (back, pieces) == (many * 100, many)
    assert rows < 33 * many + 3 * many
    assert gone["cancelled_at"] > DAY
