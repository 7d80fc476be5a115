"""The law of webhooks: in any order, some twice, they give the ledger that the export gives.

Where an export has a sum alone, it has no more than that to compare.
"""

from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from tests.support import (
    cancelled_orders,
    hypothesis_profiles,
    inboxes,
    refund_stories,
    shopify_orders,
    woocommerce_orders,
)

from accounts.provisioning import create_tenant
from common.db.tenancy import Access, transaction
from common.db.webhooks import WebhookEvent
from ingest.formats.registry import FORMATS
from ingest.import_files import FileKind, ImportFile, import_files
from ingest.rows import REFUNDED
from ingest.webhooks.work import work_off

_numbers = count(1)
HEAD = {
    **dict.fromkeys(("email", "code"), ""),
    **dict.fromkeys(("shipping", "tax", "discount"), 0),
    "subtotal": 500,
    "total": 500,
    "included": False,
    "source": "web",
}
LINE = shopify_orders.Line(1, "Mug", "M", 500, 1, 0)
IN_ONE_DATABASE = settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def new_shop(engine: Engine) -> int:
    slug = f"law-{next(_numbers)}"
    return create_tenant(engine, slug=slug, name=slug, currency="EUR", timezone="UTC")


def bring_in(engine: Engine, tenant_id: int, layout: str, files: dict[FileKind, bytes]) -> None:
    given = {kind: ImportFile(f"{kind}.csv", [content]) for kind, content in files.items()}
    import_files(engine, tenant_id, given, layout=FORMATS[layout])


@IN_ONE_DATABASE
@given(data=st.data(), stories=shopify_orders.stories())
def test_webhooks_of_shopify_give_the_ledger_of_its_export(
    service_engine: Engine, data: st.DataObject, stories: list[shopify_orders.Story]
) -> None:
    by_file, by_events = new_shop(service_engine), new_shop(service_engine)
    files = {FileKind.ORDERS: shopify_orders.export(stories)}
    refunds = shopify_orders.refunds_csv(stories)
    if refunds is not None:
        files[FileKind.REFUNDS] = refunds
    if any(not story.deleted for story in stories):
        bring_in(service_engine, by_file, "shopify", files)

    events = [event for story in stories for event in story.events]
    tell_in_any_order(service_engine, by_events, "shopify", events, data)
    told, brought = (inboxes.ledger_of(service_engine, each) for each in (by_events, by_file))
    assert back_of(told) == back_of(brought)
    # An export has one sum of a cancelled order, and events each refund: on its own day, of what
    # it was for. What of each line came back is the same where all did, or money alone is the sum.
    sums = [story for story in stories if story.cancelled and story.refunded]
    alike = {each.name for each in sums if each.refunded >= each.head["total"] or is_bare(each)}
    assert inboxes.parts_of(told, alike) == inboxes.parts_of(brought, alike)
    at_once = {each.name for each in sums if is_of_cancelling(each)}
    told_then, brought_then = (
        inboxes.parts_of(ledger, at_once, dated=True) for ledger in (told, brought)
    )
    assert told_then == brought_then
    summed = {each.name for each in sums}
    for ledger in (told, brought):
        ledger["refunds"] = [row for row in ledger["refunds"] if row[0] not in summed]
    assert told == brought


@IN_ONE_DATABASE
@given(data=st.data(), stories=woocommerce_orders.stories())
def test_webhooks_of_woocommerce_give_the_ledger_of_its_export(
    service_engine: Engine, data: st.DataObject, stories: list[woocommerce_orders.Story]
) -> None:
    by_file, by_events = new_shop(service_engine), new_shop(service_engine)
    files = {FileKind.ORDERS: woocommerce_orders.export(stories)}
    if any(not story.deleted for story in stories):
        bring_in(service_engine, by_file, "woocommerce", files)
    events = [event for story in stories for event in story.events]
    tell_in_any_order(service_engine, by_events, "woocommerce", events, data)
    told, brought = (inboxes.ledger_of(service_engine, each) for each in (by_events, by_file))
    fees = {str(700 + story.number): story.head["fee"] for story in stories}
    back = back_of(told)
    for name, (sold, pieces) in back_of(brought).items():
        other, others = back.pop(name)
        # Of several refunds each has its part of the fee; of their sum it may have been left out.
        assert abs(other - sold) <= fees[name]
        assert pieces == others or other != sold
    assert back == {}
    if all(len(story.refunds) < 2 for story in stories):
        told["refunds"] = [(row[0], "refunded", *row[2:]) for row in told["refunds"]]
        assert told == brought
    assert (told["orders"], told["lines"]) == (brought["orders"], brought["lines"])


def is_bare(story: shopify_orders.Story) -> bool:
    """Whether one refund, of no lines and no shipping, is all that was paid back."""
    first, *others = story.refunds
    return not others and not first["refund_line_items"] and not first["order_adjustments"]


def is_of_cancelling(story: shopify_orders.Story) -> bool:
    """Whether all that was paid back was when it was cancelled: an export tells that day too."""
    assert story.cancelled is not None
    return is_bare(story) and story.refunds[0]["created_at"] == story.cancelled.isoformat()


def back_of(ledger: dict[str, list[tuple[Any, ...]]]) -> dict[str, tuple[int, int]]:
    """What was paid back of each order that was, and how many pieces."""
    found: dict[str, tuple[int, int]] = {}
    for name, *_, pieces, amount, shipping, tax in ledger["refunds"]:
        sold, so_far = found.get(name, (0, 0))
        found[name] = (sold + amount + shipping + tax, so_far + pieces)
    return found


@IN_ONE_DATABASE
@given(data=st.data(), story=refund_stories.orders())
def test_refunds_of_woocommerce_stay_on_their_days_and_count_once_whatever_comes_when(
    service_engine: Engine, data: st.DataObject, story: woocommerce_orders.Story
) -> None:
    """Two connections hear all of an order, and an export of it comes again and again between."""
    shop = new_shop(service_engine)
    both = [inboxes.connect(service_engine, shop, "woocommerce") for _ in range(2)]
    heard = [(connection, event) for connection in both for event in story.events]
    again = data.draw(st.lists(st.sampled_from([*heard, None]), max_size=4))
    paid_back = sum(amount for amount, _ in story.refunds)
    so_far: list[tuple[str, str, Any]] = []
    files = {FileKind.ORDERS: woocommerce_orders.export([story])}
    for step in data.draw(st.permutations([*heard, None, *again])):
        if step is None:
            bring_in(service_engine, shop, "woocommerce", files)
        else:
            so_far.append(step[1])
            inboxes.put(service_engine, shop, step[0], [step[1]])
            work_off(service_engine, shop)
        found, told = refund_stories.back_of(service_engine, shop), refund_stories.stated(so_far)
        days = {name: told[name] for name in found if name != REFUNDED}
        assert {name: found[name] for name in days} == days
        total = sum(back for _, back in found.values())
        assert total == paid_back if step is None else total <= paid_back
        assert len(found) == 1 or REFUNDED not in found
    assert refund_stories.back_of(service_engine, shop) == refund_stories.stated(story.events)


@IN_ONE_DATABASE
@given(
    data=st.data(),
    story=st.one_of(
        cancelled_orders.orders().map(lambda each: ("shopify", each.events, each.refunds)),
        refund_stories.orders().map(lambda each: ("woocommerce", each.events, [])),
    ),
    deleted=st.booleans(),
)
def test_two_connections_that_hear_some_of_an_order_each_give_what_one_gives_that_hears_all(
    service_engine: Engine,
    data: st.DataObject,
    story: tuple[str, list[Any], list[Any]],
    deleted: bool,
) -> None:
    """Refunds are told by themselves as well, and that the order is deleted."""
    platform, events, refunds = story
    order_id = events[0][2]["id"]
    events = [
        *events,
        *(
            ("refunds/create", f"refund-{number}", each | {"order_id": order_id})
            for number, each in enumerate(refunds)
        ),
    ]
    by_one, by_two = new_shop(service_engine), new_shop(service_engine)
    alone = inboxes.connect(service_engine, by_one, platform)
    both = [inboxes.connect(service_engine, by_two, platform) for _ in range(2)]
    heard = [
        (connection, event)
        for event in events
        for connection in data.draw(st.sampled_from([both[:1], both[1:], both]))
    ]
    if deleted:
        topic = {"shopify": "orders/delete", "woocommerce": "order.deleted"}[platform]
        events.append((topic, "deleted", {"id": order_id}))
        # Of WooCommerce's id alone nobody knows whose it is.
        named = [each for each, event in heard if event[0] != "refunds/create"]
        heard.append((data.draw(st.sampled_from(named)), events[-1]))
    inboxes.put(service_engine, by_one, alone, events)
    work_off(service_engine, by_one)
    for connection, event in data.draw(st.permutations(heard)):
        inboxes.put(service_engine, by_two, connection, [event])
        work_off(service_engine, by_two)
    expected = inboxes.ledger_of(service_engine, by_one)
    assert bool(expected["orders"]) != deleted
    assert inboxes.ledger_of(service_engine, by_two) == expected


def tell_in_any_order(
    engine: Engine,
    tenant_id: int,
    platform: str,
    events: list[tuple[str, str, Any]],
    data: st.DataObject,
) -> None:
    """Enter the events in any order, some twice, and work them off in two parts."""
    again = data.draw(st.lists(st.sampled_from(events), max_size=3))
    arrived = data.draw(st.permutations([*events, *again]))
    connection = inboxes.connect(engine, tenant_id, platform)
    cut = data.draw(st.integers(0, len(arrived)))
    for part in (arrived[:cut], arrived[cut:]):
        inboxes.put(engine, tenant_id, connection, part)
        work_off(engine, tenant_id)
    assert inboxes.states_of(engine, tenant_id) == {"done": len(events)}


def test_an_order_that_only_an_export_told_is_deleted_by_its_id(service_engine: Engine) -> None:
    """Shopify's exports have the id that the event names, and no other order is touched."""
    shop = new_shop(service_engine)
    stories = [shopify_orders.Story(n, HEAD, [LINE], shopify_orders.START) for n in range(2)]
    bring_in(service_engine, shop, "shopify", {FileKind.ORDERS: shopify_orders.export(stories)})
    connection = inboxes.connect(service_engine, shop, "shopify")
    for gone in (450_000, 999):
        inboxes.put(service_engine, shop, connection, [("orders/delete", "e1", {"id": gone})])
    work_off(service_engine, shop)
    assert inboxes.states_of(service_engine, shop) == {"done": 2}
    assert [row[0] for row in inboxes.ledger_of(service_engine, shop)["orders"]] == ["#1001"]


def test_a_deletion_that_says_more_than_an_id_or_names_nothing_known_takes_nothing_out(
    service_engine: Engine,
) -> None:
    """The topic is not signed: an order's own event under it would delete the order."""
    shop = new_shop(service_engine)
    connection = inboxes.connect(service_engine, shop, "woocommerce")
    known = {"id": 7, "status": "processing", "date_modified_gmt": "2026-03-01T10:00:00"}
    events = [("order.deleted", "d1", known), ("order.deleted", "d2", {"id": 8})]
    inboxes.put(service_engine, shop, connection, events)
    work_off(service_engine, shop)
    with transaction(service_engine, Access(tenant_id=shop)) as session:
        rows = session.execute(select(WebhookEvent.state, WebhookEvent.reason)).all()
    assert sorted(state for state, _ in rows) == ["dead", "done"]
    assert {reason for _, reason in rows} == {
        "a deletion says an id and nothing else",
        "1 order (8): deleted; no event told its number, so what an import brought of it stays",
    }
