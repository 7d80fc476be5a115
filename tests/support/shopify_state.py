"""What an order of Shopify comes to by its events, without a ledger."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from common.db.accounts import GiftCards
from ingest.csv.notes import Notes
from ingest.formats.shopify.webhooks import ShopifyWebhooks
from ingest.ledger.reader_settings import Basis
from ingest.webhooks.facts import Arrival, Facts
from ingest.webhooks.payload import decode
from ingest.webhooks.platform import OrderState, Shop

NOW = datetime(2026, 5, 1, tzinfo=UTC)
BASIS = Basis("EUR", "Europe/Berlin", GiftCards.PLATFORM)


class Parts(NamedTuple):
    """Minor units of goods, shipping and tax."""

    goods: int
    shipping: int
    tax: int


class Heard(NamedTuple):
    """An order as the ledger is to have it, and what was said of it."""

    state: OrderState
    notes: list[str]

    @property
    def charged(self) -> Parts:
        """What was charged, after discounts."""
        lines = self.state.lines
        goods = sum(
            each.unit_price * each.quantity + each.remainder - each.line_discount for each in lines
        )
        return Parts(goods - lines[0].order_discount, lines[0].shipping, lines[0].tax)

    @property
    def back(self) -> Parts:
        """What of it came back."""
        rows = self.state.refunds
        return Parts(*(sum(getattr(row, name) for row in rows) for name in _BACK))

    @property
    def net(self) -> Parts:
        """What is left of it."""
        return Parts(*(one - other for one, other in zip(self.charged, self.back, strict=True)))


_BACK = ("amount", "shipping", "tax")


def heard(events: Iterable[dict[str, Any] | tuple[str, dict[str, Any]]]) -> Heard:
    """The order of events: topics with payloads, or payloads of ``orders/updated`` and refunds."""
    platform, known, order_id = ShopifyWebhooks(), Facts(), ""
    for each in events:
        topic, payload = each if isinstance(each, tuple) else (_topic(each), each)
        content = decode(json.dumps(payload).encode())
        order_id, facts = platform.read(topic, content, Arrival("e1", NOW))
        known = Facts.from_json(json.loads(json.dumps(known.merged(facts).to_json())))
    notes = Notes("EUR")
    state = platform.state(order_id, known, Shop(BASIS, notes, NOW))
    assert state is not None
    return Heard(state, list(notes.lines()))


def _topic(payload: dict[str, Any]) -> str:
    return "refunds/create" if "order_id" in payload else "orders/updated"
