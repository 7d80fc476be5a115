"""A burst of orders at Shopify without chance: their export, and all events that told of them."""

from datetime import timedelta
from typing import Any

from tests.support.shopify_orders import START, Line, Story, export

Events = list[tuple[str, str, dict[str, Any]]]


def burst(orders: int) -> tuple[bytes, Events]:
    """So many orders as the export has them, and five events of each; a third are cancelled."""
    stories = [_story(number) for number in range(orders)]
    return export(stories), [event for story in stories for event in story.events]


def _story(number: int) -> Story:
    lines = [
        Line(n, f"Product {n}", f"S-{n}", 1_000 + number + n, 1 + number % 3, 0) for n in (1, 2)
    ]
    goods = sum(line.paid for line in lines)
    off, shipping, tax = goods // 10, 490, goods // 5
    head: dict[str, Any] = {
        "email": f"customer{number % 40}@example.com",
        "subtotal": goods - off,
        "shipping": shipping,
        "tax": tax,
        "total": goods - off + shipping + tax,
        "discount": off,
        "included": False,
        "code": "SPRING",
        "source": "web",
    }
    at = START + timedelta(minutes=7 * number)
    story = Story(number, head, lines, at)
    story.tell("orders/create", at)
    at += timedelta(hours=1)
    story.paid = at
    story.tell("orders/paid", at)
    story.tell("orders/updated", at + timedelta(minutes=1))
    if number % 3 == 0:
        at += timedelta(days=1)
        story.cancelled = at
        made = {
            "id": f"9{number}",
            "order_id": 450_000 + number,
            "created_at": at.isoformat(),
            "processed_at": at.isoformat(),
            "refund_line_items": [],
            "transactions": [
                {"kind": "refund", "status": "success", "amount": f"{head['total'] / 100:.2f}"}
            ],
        }
        story.refunds.append(made)
        story.events.append(("refunds/create", f"r{number}", dict(made)))
        story.tell("orders/cancelled", at)
    else:
        story.tell("orders/updated", at + timedelta(days=2))
        story.tell("orders/updated", at + timedelta(days=3))
    return story
