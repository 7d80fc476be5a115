"""A connection of a shop, events entered as the service enters them, and the ledger to compare."""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select, text

from common.db.audit import COMMAND_LINE
from common.db.tenancy import Access, TenantDb, transaction
from common.db.webhooks import EventState, WebhookEvent
from common.instants import now
from ingest.webhooks.connections import create_connection, parse_id
from ingest.webhooks.inbox import Event, enter
from ingest.webhooks.sealing import SecretBox

KEY = "5f" + "0123456789abcdef" * 3 + "c0ffee00c0ffee"
BOX = SecretBox([KEY])

LEDGER = {
    "orders": """
        SELECT o.external_id, o.placed_at, o.paid_at, c.external_id, o.channel, o.country,
               o.region, o.coupon_code, o.discount, o.shipping, o.tax, o.platform_id
        FROM orders o LEFT JOIN customers c ON c.id = o.customer_id
    """,
    "lines": """
        SELECT o.external_id, l.line_no, l.external_id, p.external_id, p.title, p.sku, l.paid_at,
               l.quantity, l.unit_price, l.line_discount, l.order_discount, l.remainder
        FROM order_lines l JOIN orders o ON o.id = l.order_id JOIN products p ON p.id = l.product_id
    """,
    "refunds": """
        SELECT o.external_id, r.external_id, r.line_no, p.external_id, r.processed_at, r.kind,
               r.quantity, r.amount, r.shipping, r.tax
        FROM refunds r JOIN orders o ON o.id = r.order_id
        LEFT JOIN products p ON p.id = r.product_id
    """,
}


def ledger_of(engine: Engine, tenant_id: int) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the sales of a shop, by the names of its own."""
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return {
            name: sorted(map(tuple, session.execute(text(query))), key=repr)
            for name, query in LEDGER.items()
        }


def parts_of(
    ledger: dict[str, list[tuple[Any, ...]]], orders: Collection[str], *, dated: bool = False
) -> dict[tuple[Any, ...], int]:
    """Of each line that came back its pieces and goods, of each order shipping and tax: whichever
    refunds of ``orders`` gave them back, or with ``dated`` those of each moment and kind.
    """
    found: Counter[tuple[Any, ...]] = Counter()
    for name, _, line_no, _, at, kind, pieces, amount, shipping, tax in ledger["refunds"]:
        if name in orders:
            of = (name, at, kind) if dated else (name,)
            found += Counter({(*of, line_no, "pieces"): pieces, (*of, line_no): amount})
            found += Counter({(*of, "shipping"): shipping, (*of, "tax"): tax})
    return dict(found)


def connect(
    engine: Engine, tenant_id: int, platform: str = "shopify", *, name: str = "Shop"
) -> UUID:
    """A new connection of a shop."""
    db = TenantDb(engine, tenant_id)
    made, _ = create_connection(
        db, BOX, platform=platform, name=name, secret=None, author=COMMAND_LINE, at=now()
    )
    named = parse_id(made.id)
    assert named is not None
    return named[1]


def put(
    engine: Engine,
    tenant_id: int,
    connection: UUID,
    events: Iterable[tuple[str, str, Any]],
    *,
    at: datetime | None = None,
) -> None:
    """Enter events: topic, event id, and a payload or a body."""
    db = TenantDb(engine, tenant_id)
    for topic, event_id, payload in events:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        event = Event(connection, topic, event_id, body)
        enter(db, event, most_waiting=100_000, at=at or now())


def states_of(engine: Engine, tenant_id: int) -> dict[str, int]:
    """How many events are in each state."""
    found = dict.fromkeys(EventState, 0)
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        for state in session.scalars(select(WebhookEvent.state)):
            found[EventState(state)] += 1
    return {str(state): count for state, count in found.items() if count}
