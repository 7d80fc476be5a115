"""Refunds that events told beside sums of other sources: what counts and what is said."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text
from tests.support import inboxes, woocommerce_orders
from tests.support.refund_stories import back_of
from tests.support.webhook_shop import WebhookShop
from tests.support.woocommerce_json import line, order
from tests.support.woocommerce_orders import START, Story

from common.db.tenancy import Access, transaction
from ingest.formats.registry import FORMATS
from ingest.import_files import FileKind, Imported, ImportFile, import_files
from ingest.ledger.load import load_sales
from ingest.rows import TOLD, RefundRow
from ingest.webhooks.work import work_off

LINES = [line(1, "60.00"), line(2, "20.00")]
SUMS = {"shipping_total": "10.00", "total_tax": "9.00"}
WHOLE = 9_900


class Shop(WebhookShop):
    """A shop at WooCommerce with an order of goods, shipping and tax."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, "woocommerce")

    def tell(self, day: int, *refunds: str, **changed: Any) -> None:
        """The order as it is on a day of March, with what was paid back of it by then."""
        listed = [{"id": n, "reason": "", "total": each} for n, each in enumerate(refunds, 1)]
        told = order(LINES, "99.00", at=day_of(day), **{"refunds": listed} | SUMS | changed)
        self.hear(("order.updated", told))

    @property
    def back(self) -> dict[str, tuple[str, int]]:
        return back_of(self.engine, self.id)


def day_of(day: int) -> str:
    return f"2026-03-{day:02}T12:00:00"


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


def refunded_story(number: int = 0) -> Story:
    """An order of goods for 10.00 that is paid back in three parts on three days."""
    goods = {"name": "P", "sku": "P", "quantity": 1, "before": 1_000, "total": 1_000}
    head = {"customer": 5, "email": "", "shipping": 0, "fee": 0, "tax": 0, "discount": 0}
    story = Story(number, head | {"total": 1_000}, [goods], START, "processing", START)
    for day, amount in enumerate((100, 200, 300), 1):
        story.refunds.append((amount, START.replace(month=3, day=day)))
        story.tell("order.updated", START.replace(month=3, day=day))
    return story


def bring_in(
    shop: WebhookShop, *stories: Story, dated: bool = True, without: str = "no column"
) -> Imported:
    content = woocommerce_orders.export(stories).replace(without.encode(), b"other", 1)
    if not dated:
        content = re.sub(rb"\|date:[-0-9: ]*", b"|date:", content)
    files = {FileKind.ORDERS: ImportFile("orders.csv", [content])}
    return import_files(shop.engine, shop.id, files, layout=FORMATS["woocommerce"])


@pytest.mark.parametrize(
    ("refunds", "back"),
    [
        (("-10.00",), 1_000),
        (("-9.00",), 900),
        (("-80.00", "-19.00"), WHOLE),
        (("-10.00", "-120.00"), WHOLE),
        (("-99.00", "-99.00"), WHOLE),
        (("-0.01", "-0.01", "-0.01"), 3),
        (("0.00", "-5.00"), 500),
        (("5.00",), 500),
    ],
    ids=["shipping", "tax", "in-two", "beyond", "twice", "least", "nothing", "unsigned"],
)
def test_what_is_told_is_given_back_once_and_no_more_than_was_paid(
    shop: Shop, refunds: tuple[str, ...], back: int
) -> None:
    for number in range(1, len(refunds) + 1):
        shop.tell(2 + number, *refunds[:number])
    assert sum(each for _, each in shop.back.values()) == back
    days = {name: day for name, (day, _) in shop.back.items()}
    expected = {f"{TOLD}{n}": f"2026-03-{2 + n:02}" for n in range(1, len(refunds) + 1)}
    assert days.items() <= expected.items()
    pieces = shop.rows("SELECT coalesce(sum(quantity), 0) FROM refunds")
    assert pieces == [(2 if back == WHOLE else 0,)]


def test_a_cancelled_or_trashed_order_has_no_refunds_and_has_them_on_their_days_once_restored(
    shop: Shop,
) -> None:
    shop.tell(3, "-10.00")
    shop.tell(4, "-10.00", "-20.00")
    before = shop.back
    for day, status in ((5, "cancelled"), (7, "trash")):
        shop.tell(day, "-10.00", "-20.00", status=status)
        assert shop.back == {}
        shop.tell(day + 1, "-10.00", "-20.00")
        assert shop.back == before


def test_a_connection_that_is_made_anew_moves_no_day_and_takes_back_what_was_deleted(
    shop: Shop,
) -> None:
    shop.tell(3, "-10.00")
    shop.tell(4, "-10.00", "-20.00")
    with transaction(shop.engine, Access(tenant_id=shop.id)) as session:
        session.execute(text("DELETE FROM ingest_connections"))
    shop.connection = inboxes.connect(shop.engine, shop.id, "woocommerce")
    refund = {"id": 1, "reason": "", "total": "-10.00"}
    told = order(LINES, "99.00", at=day_of(9), refunds=[refund], **SUMS)
    inboxes.put(shop.engine, shop.id, shop.connection, [("order.updated", "anew", told)])
    work_off(shop.engine, shop.id)
    assert shop.back == {f"{TOLD}1": ("2026-03-03", 1_000)}


def test_the_first_connection_that_was_told_dates_a_refund_though_a_sum_took_its_place(
    shop: Shop,
) -> None:
    first, second = shop.connection, inboxes.connect(shop.engine, shop.id, "woocommerce")
    story = refunded_story()
    for connection, event in ((first, story.events[0]), (second, story.events[2])):
        inboxes.put(shop.engine, shop.id, connection, [event])
        work_off(shop.engine, shop.id)
        if connection == first:
            bring_in(shop, story)
            assert shop.back == {"refunded": ("2026-03-03", 600)}
    assert {day for day, _ in shop.back.values()} == {"2026-03-01", "2026-03-03"}


def test_a_late_event_of_another_connection_takes_no_newer_refund_out(shop: Shop) -> None:
    shop.tell(3, "-10.00")
    shop.tell(5, "-10.00", "-20.00")
    before = shop.back
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    refund = {"id": 1, "reason": "", "total": "-10.00"}
    late = order(LINES, "99.00", at=day_of(4), refunds=[refund], **SUMS)
    inboxes.put(shop.engine, shop.id, other, [("order.updated", "late", late)])
    work_off(shop.engine, shop.id)
    assert shop.back == before
    assert len(before) == 2


def test_two_shops_of_one_id_date_each_its_own(shop: Shop) -> None:
    """Ids of two sites' orders meet; their numbers do not."""
    other = inboxes.connect(shop.engine, shop.id, "woocommerce")
    shop.tell(3, "-10.00")
    told = order(LINES, "99.00", at=day_of(9), number="B-1", **SUMS)
    told["refunds"] = [{"id": 1, "reason": "", "total": "-10.00"}]
    inboxes.put(shop.engine, shop.id, other, [("order.updated", "other", told)])
    work_off(shop.engine, shop.id)
    days = shop.rows("SELECT DISTINCT processed_at::date::text FROM refunds ORDER BY 1")
    assert days == [("2026-03-03",), ("2026-03-09",)]


def test_a_word_that_lists_no_refunds_leaves_the_sum_of_an_export(shop: Shop) -> None:
    story = refunded_story()
    bring_in(shop, story)
    topic, name, payload = story.events[0]
    silent = {key: value for key, value in payload.items() if key != "refunds"}
    inboxes.put(shop.engine, shop.id, shop.connection, [(topic, name, silent)])
    work_off(shop.engine, shop.id)
    assert shop.back == {"refunded": ("2026-03-03", 600)}


@pytest.mark.parametrize("known", [2, 3])
def test_the_summary_counts_the_refunds_that_the_ledger_has_afterwards(
    shop: Shop, known: int
) -> None:
    story = refunded_story()
    inboxes.put(shop.engine, shop.id, shop.connection, story.events[:known])
    work_off(shop.engine, shop.id)
    outcome = bring_in(shop, story)
    ((back,),) = shop.rows("SELECT sum(amount) FROM refunds")
    assert back == 600
    assert outcome.summary.net_sales == 1_000 - back
    assert outcome.summary.last_at == datetime(2026, 3, 3, 8, tzinfo=UTC)


def test_an_import_says_of_which_orders_the_refunds_are_as_they_were_told(shop: Shop) -> None:
    told, other = refunded_story(), refunded_story(1)
    inboxes.put(shop.engine, shop.id, shop.connection, told.events)
    work_off(shop.engine, shop.id)
    outcome = bring_in(shop, told, other, dated=False)
    assert [each for each in outcome.notes if "does not say when it was paid back" in each]
    (said,) = [each for each in outcome.notes if "they stay on their days" in each]
    assert said.startswith("1 order (700): ")
    assert shop.rows("SELECT order_id, kind FROM data_gaps") == [("701", "assumed-refund-dates")]


def test_a_sum_that_any_other_source_brings_counts_in_place_of_what_events_told(
    shop: Shop,
) -> None:
    shop.tell(3, "-10.00")
    shop.tell(4, "-10.00", "-20.00")
    at = datetime(2026, 3, 20, tzinfo=UTC)
    for amount in (3_000, 4_000):
        row = RefundRow(1, "refunded", "1", "1", at, "return", 1, amount, 0, 0)
        load_sales(shop.engine, shop.id, refunds=[row])
        assert shop.back == {"refunded": ("2026-03-20", amount)}
        assert shop.rows("SELECT line_no, quantity FROM refunds") == [(1, 1)]


def test_a_file_of_the_shops_own_may_say_what_a_refund_was_of(shop: Shop) -> None:
    """The same money, of one line and of another day."""
    shop.tell(3, "-20.00")
    refund = b"refund_id,order_id,line_id,processed_at,quantity,amount\n"
    refund += b"refunded,1,2,2026-03-02T10:00:00Z,1,20.00\n"
    files = {FileKind.REFUNDS: ImportFile("refunds.csv", [refund])}
    import_files(shop.engine, shop.id, files, layout=FORMATS["own"])
    assert shop.back == {"refunded": ("2026-03-02", 2_000)}
    assert shop.rows("SELECT line_no, quantity, amount FROM refunds") == [(2, 1, 2_000)]


@pytest.mark.parametrize("known", [1, 2])
def test_an_older_export_is_told_to_be_older_and_dates_what_it_has(shop: Shop, known: int) -> None:
    """An event that came late states all three on the twentieth of May."""
    story, history = refunded_story(), refunded_story()
    history.refunds = history.refunds[:known]
    (topic, name, payload) = story.events[-1]
    late = payload | {"date_modified_gmt": "2026-05-20T12:00:00"}
    inboxes.put(shop.engine, shop.id, shop.connection, [(topic, name, late)])
    work_off(shop.engine, shop.id)
    outcome = bring_in(shop, history)
    (said,) = [each for each in outcome.notes if "being older, has not" in each]
    assert said.startswith("1 order (700): ")
    assert outcome.summary.net_sales == 1_000 - 600
    days = [f"2026-03-{known:02}"] * known + ["2026-05-20"] * (3 - known)
    assert sorted(shop.back.values(), key=lambda each: each[1]) == [
        (day, amount) for day, amount in zip(days, (100, 200, 300), strict=True)
    ]


def test_what_an_export_has_no_column_for_stays_not_known(shop: Shop) -> None:
    """There may be more than was told."""
    story = refunded_story()
    inboxes.put(shop.engine, shop.id, shop.connection, story.events)
    work_off(shop.engine, shop.id)
    bring_in(shop, story, without="refund_items")
    assert shop.rows("SELECT kind FROM data_gaps") == [("refunds-not-known",)]


def test_what_no_line_of_the_export_is_left_for_is_its_sum(shop: Shop) -> None:
    """The shipping of a refund stands with a line that the export has not."""
    story = refunded_story()
    story.refunds = story.refunds[:1]
    goods = story.lines[0]
    story.events, story.lines = [], [goods | {"before": 0, "total": 0}, goods]
    story.head |= {"shipping": 100, "total": 1_100}
    story.refunds[0] = (1_100, story.refunds[0][1])
    story.tell("order.updated", START.replace(month=3, day=2))
    inboxes.put(shop.engine, shop.id, shop.connection, story.events)
    work_off(shop.engine, shop.id)
    story.lines = [goods]
    bring_in(shop, story)
    assert shop.back == {"refunded": ("2026-03-01", 1_100)}


def test_pieces_that_the_export_has_not_are_its_sum(shop: Shop) -> None:
    story = refunded_story()
    story.refunds, story.events = [(1_000, story.refunds[0][1])], []
    story.lines = [story.lines[0] | {"quantity": 2}]
    story.tell("order.updated", START.replace(month=3, day=2))
    inboxes.put(shop.engine, shop.id, shop.connection, story.events)
    work_off(shop.engine, shop.id)
    story.lines = [story.lines[0] | {"quantity": 1}]
    bring_in(shop, story)
    assert shop.back == {"refunded": ("2026-03-01", 1_000)}
    assert shop.rows("SELECT quantity FROM refunds") == [(1,)]


@pytest.mark.parametrize("dated", [True, False])
def test_an_event_dates_no_refund_after_the_sum_that_an_import_brought_before(
    shop: Shop, *, dated: bool
) -> None:
    """A shop that imports its history and connects its platform then."""
    story = refunded_story()
    bring_in(shop, story, dated=dated)
    (topic, name, payload) = story.events[-1]
    later = payload | {"date_modified_gmt": "2026-05-20T12:00:00"}
    inboxes.put(shop.engine, shop.id, shop.connection, [(topic, name, later)])
    work_off(shop.engine, shop.id)
    day = "2026-03-03" if dated else "2026-05-20"
    once = {day for day, _ in shop.back.values()}
    assert (len(shop.back), once) == (3, {day})
    bring_in(shop, story, dated=dated)
    assert {day for day, _ in shop.back.values()} == once


def test_an_import_dates_no_refund_after_its_own_sum(shop: Shop) -> None:
    story = refunded_story()
    (topic, name, payload) = story.events[-1]
    later = payload | {"date_modified_gmt": "2026-05-20T12:00:00"}
    inboxes.put(shop.engine, shop.id, shop.connection, [(topic, name, later)])
    work_off(shop.engine, shop.id)
    bring_in(shop, story, dated=False)
    assert {day for day, _ in shop.back.values()} == {"2026-05-20"}
    bring_in(shop, story)
    assert {day for day, _ in shop.back.values()} == {"2026-03-03"}
    assert len(shop.back) == 3


def test_an_order_with_a_fee_has_one_refund_from_events_and_exports_alike(shop: Shop) -> None:
    """How much of it was the fee's is told by their sum alone, so that no day flaps."""
    story = refunded_story()
    story.head |= {"fee": 150, "total": 1_150}
    story.refunds = [(1_000, START.replace(month=3, day=1)), (100, START.replace(month=3, day=2))]
    story.events = []
    story.tell("order.updated", START.replace(month=3, day=2))
    inboxes.put(shop.engine, shop.id, shop.connection, story.events)
    work_off(shop.engine, shop.id)
    told = shop.back
    assert set(told) == {"refunded"}
    bring_in(shop, story)
    assert shop.back == told


@pytest.mark.parametrize("name", ["\0", "x" * 20_000, " "])
def test_an_id_that_is_none_ends_its_event_and_no_other(shop: Shop, name: str) -> None:
    bad = order(LINES, "99.00", at=day_of(3), **SUMS)
    bad["refunds"] = [{"id": name, "reason": "", "total": "-1.00"}]
    good = order(LINES, "99.00", at=day_of(3), **SUMS) | {"id": 2, "number": "2"}
    events = [("order.updated", f"e{n}", each) for n, each in enumerate((bad, good))]
    inboxes.put(shop.engine, shop.id, shop.connection, events)
    work_off(shop.engine, shop.id)
    assert inboxes.states_of(shop.engine, shop.id) == {"dead": 1, "done": 1}
    assert shop.rows("SELECT external_id FROM orders") == [("2",)]


@pytest.mark.parametrize(
    ("of_mug", "state", "known"),
    [
        ("60.00", "refunded", True),
        ("59.99", "refunded", False),
        ("1.00", "refunded", False),
        ("1.00", "partially-refunded", True),
    ],
)
def test_refunds_of_the_shops_own_file_are_no_gap_when_they_are_what_its_state_tells(
    shop: Shop, of_mug: str, state: str, known: bool
) -> None:
    """The state alone says that it was paid back; until a file says what, and says it whole."""
    gaps = "SELECT kind FROM data_gaps WHERE amount IS DISTINCT FROM 0"
    shop.tell(3, status=state)
    assert shop.rows(gaps) == [("refunds-not-known",)]
    refund = "refund_id,order_id,line_id,processed_at,quantity,amount\n"
    refund += f"mine,1,1,2026-03-02T10:00:00Z,0,{of_mug}\n"
    refund += "mine,1,2,2026-03-02T10:00:00Z,1,20.00\n"
    files = {FileKind.REFUNDS: ImportFile("refunds.csv", [refund.encode()])}
    import_files(shop.engine, shop.id, files, layout=FORMATS["own"])
    ended = [] if known else [("refunds-not-known",)]
    assert shop.rows(gaps) == ended
    shop.tell(5, status=state)
    assert shop.rows(gaps) == ended
    assert shop.back == {"mine": ("2026-03-02", 2_000 + int(of_mug.replace(".", "")))}


def test_what_is_told_beyond_the_sum_is_of_the_day_that_tells_it(shop: Shop) -> None:
    story = refunded_story()
    history = refunded_story()
    history.refunds = history.refunds[:2]
    bring_in(shop, history)
    (topic, name, payload) = story.events[-1]
    later = payload | {"date_modified_gmt": "2026-05-20T12:00:00"}
    inboxes.put(shop.engine, shop.id, shop.connection, [(topic, name, later)])
    work_off(shop.engine, shop.id)
    assert sorted(shop.back.values()) == [
        ("2026-03-02", 100),
        ("2026-03-02", 200),
        ("2026-05-20", 300),
    ]


def test_a_file_of_refunds_beside_an_export_is_the_shops_own_word(shop: Shop) -> None:
    story = refunded_story()
    inboxes.put(shop.engine, shop.id, shop.connection, story.events)
    work_off(shop.engine, shop.id)
    refund = b"refund_id,order_id,line_id,processed_at,quantity,amount\n"
    refund += b"refunded,700,1,2026-03-08T10:00:00Z,1,6.00\n"
    files = {
        FileKind.ORDERS: ImportFile("orders.csv", [woocommerce_orders.export([story])]),
        FileKind.REFUNDS: ImportFile("refunds.csv", [refund]),
    }
    import_files(shop.engine, shop.id, files, layout=FORMATS["woocommerce"])
    assert shop.back == {"refunded": ("2026-03-08", 600)}


def test_an_export_that_assumes_the_days_of_refunds_keeps_those_that_another_told(
    shop: Shop,
) -> None:
    """As much, by two exporters of one site; what it has more of is dated as it can be."""

    def days() -> list[tuple[Any, ...]]:
        query = "SELECT min(processed_at)::date::text, sum(amount)::int FROM refunds"
        gap = "SELECT count(*)::int FROM data_gaps WHERE kind = 'assumed-refund-dates'"
        return [*shop.rows(query)[0], *shop.rows(gap)[0]]

    story = refunded_story()
    bring_in(shop, story, dated=False)
    assert days() == ["2026-02-27", 600, 1]
    bring_in(shop, story)
    assert days() == ["2026-03-03", 600, 0]
    bring_in(shop, story, dated=False)
    assert days() == ["2026-03-03", 600, 0]
    story.refunds.append((100, START.replace(month=3, day=9)))
    bring_in(shop, story, dated=False)
    assert days() == ["2026-02-27", 700, 1]
