"""Refunds that WooCommerce's events state: each on its own day, and never beside their sum."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text, update
from tests.integration.ingest.test_webhook_law import bring_in, new_shop
from tests.support import hypothesis_profiles, inboxes
from tests.support.refund_stories import MODIFIED, back_of, orders, stated
from tests.support.woocommerce_orders import START, Story, export

from common.db.tenancy import Access, transaction
from common.db.webhooks import WebhookOrder
from ingest.import_files import FileKind
from ingest.rows import TOLD
from ingest.webhooks.work import work_off

IN_ONE_DATABASE = settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def rows_of(engine: Engine, shop: int) -> set[tuple[Any, ...]]:
    return set(inboxes.ledger_of(engine, shop)["refunds"])


def take_back(draw: st.DrawFn | Any, story: Story) -> None:
    """Delete one of the refunds, and tell it."""
    payload = story.events[-1][2]
    gone = draw(st.sampled_from([each["id"] for each in payload["refunds"]] or [0]))
    left = [each for each in payload["refunds"] if each["id"] != gone]
    at = f"{START + timedelta(days=9):%Y-%m-%dT%H:%M:%S}"
    story.events.append(("order.updated", "gone", payload | {MODIFIED: at, "refunds": left}))


@IN_ONE_DATABASE
@given(data=st.data(), story=orders(), deleted=st.booleans())
def test_events_in_any_order_with_some_missing_date_each_refund_by_the_first_that_states_it(
    service_engine: Engine, data: st.DataObject, story: Story, *, deleted: bool
) -> None:
    if deleted:
        take_back(data.draw, story)
    known = data.draw(st.lists(st.sampled_from(story.events), min_size=1, unique_by=id))
    again = data.draw(st.lists(st.sampled_from(known), max_size=3))
    arrived = data.draw(st.permutations([*known, *again]))
    ledgers = []
    for part in (sorted(known, key=lambda each: each[2][MODIFIED]), arrived):
        shop = new_shop(service_engine)
        connection = inboxes.connect(service_engine, shop, "woocommerce")
        cut = data.draw(st.integers(0, len(part)))
        for some in (part[:cut], part[cut:]):
            inboxes.put(service_engine, shop, connection, some)
            work_off(service_engine, shop)
        assert inboxes.states_of(service_engine, shop) == {"done": len(known)}
        assert back_of(service_engine, shop) == stated(known)
        ledgers.append(inboxes.ledger_of(service_engine, shop))
    assert ledgers[0] == ledgers[1]


@IN_ONE_DATABASE
@given(story=orders())
def test_a_later_refund_leaves_the_days_before_as_they_were(
    service_engine: Engine, story: Story
) -> None:
    shop = new_shop(service_engine)
    connection = inboxes.connect(service_engine, shop, "woocommerce")
    before: set[tuple[Any, ...]] = set()
    for event in story.events:
        inboxes.put(service_engine, shop, connection, [event])
        work_off(service_engine, shop)
        now = rows_of(service_engine, shop)
        assert before <= now
        before = now


@IN_ONE_DATABASE
@given(data=st.data(), story=orders(), dated=st.booleans())
def test_an_export_leaves_refunds_of_its_sum_alone_and_another_sum_counts_in_their_place(
    service_engine: Engine, data: st.DataObject, story: Story, *, dated: bool
) -> None:
    shop = new_shop(service_engine)
    connection = inboxes.connect(service_engine, shop, "woocommerce")
    known = data.draw(st.integers(1, len(story.events)))
    inboxes.put(service_engine, shop, connection, data.draw(st.permutations(story.events[:known])))
    work_off(service_engine, shop)
    told = rows_of(service_engine, shop)
    file = export([story])
    if not dated:
        for _, at in story.refunds:
            file = file.replace(f"date:{at:%Y-%m-%d %H:%M:%S}".encode(), b"date:")
    for _ in range(2):
        bring_in(service_engine, shop, "woocommerce", {FileKind.ORDERS: file})
        if known == len(story.events):
            assert rows_of(service_engine, shop) == told
            with transaction(service_engine, Access(tenant_id=shop)) as session:
                assert session.execute(text("SELECT kind FROM data_gaps")).all() == []
            continue
        ((_, back),) = back_of(service_engine, shop).values()
        assert back == sum(amount for amount, _ in story.refunds)
    inboxes.put(service_engine, shop, connection, story.events[known:])
    work_off(service_engine, shop)
    assert back_of(service_engine, shop) == stated(story.events)


@IN_ONE_DATABASE
@given(data=st.data(), story=orders(least=2), dated=st.booleans())
def test_an_export_from_before_takes_nothing_from_what_events_told_since(
    service_engine: Engine, data: st.DataObject, story: Story, *, dated: bool
) -> None:
    """It was written after some of the refunds that are known, and comes when others are told."""
    shop = new_shop(service_engine)
    connection = inboxes.connect(service_engine, shop, "woocommerce")
    known = data.draw(st.integers(1, len(story.events)))
    inboxes.put(service_engine, shop, connection, data.draw(st.permutations(story.events[:known])))
    work_off(service_engine, shop)
    told = rows_of(service_engine, shop)
    older = data.draw(st.integers(0, known - 1))
    file = export([replace(story, refunds=story.refunds[:older])])
    if not dated:
        file = re.sub(rb"\|date:[-0-9: ]*", b"|date:", file)
    for _ in range(2):
        bring_in(service_engine, shop, "woocommerce", {FileKind.ORDERS: file})
        assert rows_of(service_engine, shop) == told
    inboxes.put(service_engine, shop, connection, story.events[known:])
    work_off(service_engine, shop)
    assert back_of(service_engine, shop) == stated(story.events)


@IN_ONE_DATABASE
@given(story=orders(least=2))
def test_what_the_version_before_kept_as_one_refund_becomes_each_its_own(
    service_engine: Engine, story: Story
) -> None:
    """It kept when each was told first, in facts; in the ledger their sum, on the last day."""
    shop = new_shop(service_engine)
    connection = inboxes.connect(service_engine, shop, "woocommerce")
    inboxes.put(service_engine, shop, connection, story.events[:1])
    work_off(service_engine, shop)
    bring_in(service_engine, shop, "woocommerce", {FileKind.ORDERS: export([story])})
    before = {
        name.removeprefix(TOLD): [
            f"{day} x",
            {"total": f"{back / 100:.2f}"},
            f"{day}T08:00:00.000000+00:00",
        ]
        for name, (day, back) in stated(story.events[:-1]).items()
    }
    with transaction(service_engine, Access(tenant_id=shop)) as session:
        facts = session.scalars(text("SELECT facts FROM webhook_orders")).one()
        session.execute(update(WebhookOrder).values(facts=facts | {"refunds": before}))
    inboxes.put(service_engine, shop, connection, story.events[-1:])
    work_off(service_engine, shop)
    assert back_of(service_engine, shop) == stated(story.events)


def test_refunds_that_do_not_fit_the_order_as_an_export_has_it_are_its_sum(
    service_engine: Engine,
) -> None:
    price = 1_000
    line = {"name": "P", "sku": "P", "quantity": 1, "before": price, "total": price}
    head = {"customer": 5, "email": "", "shipping": 0, "fee": 0, "tax": 0, "discount": 0}
    story = Story(0, head | {"total": price}, [line], START, "processing", START)
    story.refunds = [(900, START + timedelta(days=1)), (100, START + timedelta(days=2))]
    story.tell("order.updated", START + timedelta(days=2))
    shop = new_shop(service_engine)
    connection = inboxes.connect(service_engine, shop, "woocommerce")
    inboxes.put(service_engine, shop, connection, story.events)
    work_off(service_engine, shop)
    story.lines = [line | {"before": 500, "total": 500}, line | {"before": 500, "total": 500}]
    bring_in(service_engine, shop, "woocommerce", {FileKind.ORDERS: export([story])})
    assert back_of(service_engine, shop) == {"refunded": ("2026-03-01", 1_000)}


def test_a_sum_above_what_events_stated_counts_in_their_place_until_they_state_it(
    service_engine: Engine,
) -> None:
    line = {"name": "P", "sku": "P", "quantity": 1, "before": 1_000, "total": 1_000}
    head = {"customer": 5, "email": "", "shipping": 0, "fee": 0, "tax": 0, "discount": 0}
    story = Story(0, head | {"total": 1_000}, [line], START, "processing", START)
    for day, amount in enumerate((100, 200, 300), 1):
        story.refunds.append((amount, START + timedelta(days=day)))
        story.tell("order.updated", START + timedelta(days=day))
    shop = new_shop(service_engine)
    connection = inboxes.connect(service_engine, shop, "woocommerce")
    inboxes.put(service_engine, shop, connection, story.events[:2])
    work_off(service_engine, shop)
    mine = Access(tenant_id=shop)
    with transaction(service_engine, mine) as session:
        session.execute(text("DELETE FROM dirty_days"))
    for _ in range(2):
        bring_in(service_engine, shop, "woocommerce", {FileKind.ORDERS: export([story])})
        assert back_of(service_engine, shop) == {"refunded": ("2026-03-02", 600)}
    with transaction(service_engine, mine) as session:
        days = set(session.scalars(text("SELECT day FROM dirty_days")))
    # What goes is summed anew: a day without a mark keeps its sums for good.
    assert {START.date() + timedelta(days=day) for day in (1, 2, 3)} <= days
    inboxes.put(service_engine, shop, connection, story.events[2:])
    work_off(service_engine, shop)
    stays = back_of(service_engine, shop)
    assert stays == stated(story.events)
    bring_in(service_engine, shop, "woocommerce", {FileKind.ORDERS: export([story])})
    assert back_of(service_engine, shop) == stays
