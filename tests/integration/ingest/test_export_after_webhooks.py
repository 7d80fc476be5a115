"""An order by webhooks and by an export, in any turn, is one order as the webhooks stated it."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.integration.ingest.test_webhook_law import bring_in, new_shop
from tests.support import hypothesis_profiles, inboxes, shopify_orders
from tests.support.shopify_orders import Line, Story, money

from ingest.import_files import FileKind
from ingest.webhooks.work import work_off

HEAD = {"email": "", "code": "", "shipping": 595, "included": False, "source": "web"}


def stating(payload: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    """An event of an order with what JSON states of its lines besides."""
    if "line_items" not in payload:
        return payload
    items = [one | more for one, more in zip(payload["line_items"], lines, strict=True)]
    return payload | {"line_items": items}


@st.composite
def orders(draw: st.DrawFn) -> Story:
    """An order with a discount on some of its lines, and tax of two rates in its prices or none."""
    lines = [
        Line(number, f"P{number}", f"S-{number}", draw(st.integers(100, 5_000)), 1, 0)
        for number in range(1, draw(st.integers(2, 4)) + 1)
    ]
    off = [draw(st.sampled_from([0, line.price // 2, line.price])) for line in lines]
    paid = [line.price - part for line, part in zip(lines, off, strict=True)]
    rates = [draw(st.sampled_from([7, 19])) for _ in lines]
    taxes = [each * rate // (100 + rate) for each, rate in zip(paid, rates, strict=True)]
    included = draw(st.booleans())
    tax = sum(taxes) + 95 if included else 0
    total = sum(paid) + 595
    head = {
        "subtotal": sum(paid),
        "tax": tax,
        "total": total,
        "discount": sum(off),
        "included": included,
    }
    story = Story(draw(st.integers(0, 3)), HEAD | head, lines, shopify_orders.START)
    story.paid = story.created
    story.tell("orders/paid", story.created)
    at = story.created
    if draw(st.booleans()) and not included:
        number = draw(st.sampled_from([n for n, each in enumerate(paid) if each] or [0]))
        at = story.created.replace(day=28)
        back = {
            "line_item_id": 9001 + number,
            "quantity": 1,
            "subtotal": money(paid[number]),
            "total_tax": "0.00",
        }
        story.refunds.append(shopify_orders._of(story, at, "1", [back], paid[number]))
        story.tell("orders/updated", at)
    if draw(st.booleans()):
        at = at.replace(month=3, day=3)
        story.cancelled = at
        if story.head["total"] > story.refunded:
            rest = story.head["total"] - story.refunded
            story.refunds.append(shopify_orders._of(story, at, "C", [], rest))
        story.tell("orders/cancelled", at)
    stated = [
        {
            "discount_allocations": [{"amount": money(part)}] if part else [],
            "tax_lines": [{"price": money(each)}] if included else [],
        }
        for part, each in zip(off, taxes, strict=True)
    ]
    shipping = [{"price": "5.95", "tax_lines": [{"price": "0.95"}] if included else []}]
    story.events = [
        (topic, name, stating(payload, stated) | {"shipping_lines": shipping})
        for topic, name, payload in story.events
    ]
    return story


@settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), story=orders())
def test_an_export_takes_nothing_from_what_events_stated_of_lines(
    service_engine: Engine, data: st.DataObject, story: Story
) -> None:
    by_events, by_both = new_shop(service_engine), new_shop(service_engine)
    alone = inboxes.connect(service_engine, by_events, "shopify")
    inboxes.put(service_engine, by_events, alone, story.events)
    work_off(service_engine, by_events)

    connection = inboxes.connect(service_engine, by_both, "shopify")
    arrived = data.draw(st.permutations(story.events))
    before = data.draw(st.sampled_from([0, len(arrived)]))
    inboxes.put(service_engine, by_both, connection, arrived[:before])
    work_off(service_engine, by_both)
    for _ in range(2):
        export = {FileKind.ORDERS: shopify_orders.export([story])}
        bring_in(service_engine, by_both, "shopify", export)
    inboxes.put(service_engine, by_both, connection, arrived[before:])
    work_off(service_engine, by_both)
    assert inboxes.states_of(service_engine, by_both) == {"done": len(arrived)}
    expected = inboxes.ledger_of(service_engine, by_events)
    assert inboxes.ledger_of(service_engine, by_both) == expected
