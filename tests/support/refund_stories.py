"""Orders at WooCommerce that are paid back in parts, and what their events and the ledger say."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Engine, text
from tests.support.woocommerce_orders import START, Story

from common.db.tenancy import Access, transaction
from ingest.rows import TOLD

MODIFIED = "date_modified_gmt"
Told = tuple[str, str, dict[str, Any]]


@st.composite
def orders(draw: st.DrawFn, least: int = 1, number: int = 0) -> Story:
    """A paid order that is paid back in parts, each told by an event of a day of its own."""
    lines: list[dict[str, Any]] = [
        {"name": f"P{n}", "sku": f"P{n}", "quantity": n + 1, "before": price, "total": price}
        for n, price in enumerate(draw(st.lists(st.integers(0, 5_000), min_size=1, max_size=3)))
    ]
    goods, shipping = sum(line["total"] for line in lines), draw(st.sampled_from([0, 490]))
    tax = draw(st.integers(0, (goods + shipping) // 6))
    head = {"customer": 5, "email": "", "shipping": shipping, "fee": 0, "tax": tax, "discount": 0}
    story = Story(number, head | {"total": goods + shipping + tax}, lines, START, "processing")
    story.paid = START
    story.tell("order.updated", START)
    left = goods + shipping + tax
    for turn in range(1, draw(st.integers(least, 3)) + 1):
        amount = draw(st.sampled_from([left, left // 3, shipping, left - shipping]))
        if 0 < amount <= left:
            left -= amount
            at = START + timedelta(days=turn)
            story.refunds.append((amount, at))
            story.tell("order.updated", at)
    return story


def back_of(engine: Engine, shop: int) -> dict[str, tuple[str, int]]:
    """Of each refund its day and what it gives back."""
    query = """
        SELECT external_id, string_agg(DISTINCT processed_at::date::text, ','),
               sum(amount + shipping + tax)::bigint
        FROM refunds GROUP BY 1
    """
    with transaction(engine, Access(tenant_id=shop)) as session:
        return {name: (day, back) for name, day, back in session.execute(text(query))}


def stated(events: list[Told]) -> dict[str, tuple[str, int]]:
    """What ``events`` say of an order's refunds: of each the first day that tells it."""
    told: dict[str, tuple[str, int]] = {}
    by_time = sorted((payload for _, _, payload in events), key=lambda each: each[MODIFIED])
    for payload in by_time:
        for each in payload["refunds"]:
            amount = int(each["total"].lstrip("-").replace(".", ""))
            told.setdefault(TOLD + str(each["id"]), (payload[MODIFIED][:10], amount))
    there = {TOLD + str(each["id"]) for each in by_time[-1]["refunds"]} if by_time else set()
    return {name: told[name] for name in sorted(there)}
