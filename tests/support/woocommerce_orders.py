"""Random orders of a shop at WooCommerce: as an export has them, and as its webhooks told of them.

Amounts are in cents, without tax, as WooCommerce keeps them.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from tests.support.shopify_orders import money

START = datetime(2026, 2, 27, 8, tzinfo=UTC)
COLUMNS = (
    *("order_id", "order_number", "order_date", "paid_date", "status", "shipping_total"),
    *("shipping_tax_total", "fee_total", "tax_total", "discount_total", "order_total"),
    *("order_subtotal", "order_currency", "customer_id", "billing_email", "billing_country"),
    *("billing_state", "shipping_country", "refund_items", "coupon_items"),
    *("line_item_1", "line_item_2", "line_item_3"),
)


@dataclass
class Story:
    """An order, and the events that told of it in turn: topic, delivery id, payload."""

    number: int
    head: dict[str, Any]
    lines: list[dict[str, Any]]
    created: datetime
    status: str = "pending"
    paid: datetime | None = None
    refunds: list[tuple[int, datetime]] = field(default_factory=list)
    events: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    deleted: bool = False

    def tell(self, topic: str, at: datetime) -> None:
        """An event of an order."""
        head = self.head
        payload = {
            "id": 700 + self.number,
            "number": str(700 + self.number),
            "status": "trash" if self.deleted else self.status,
            "currency": "EUR",
            "date_created_gmt": _plain(self.created),
            "date_modified_gmt": _plain(at),
            "date_paid_gmt": _plain(self.paid) if self.paid else None,
            "discount_total": money(head["discount"]),
            "shipping_total": money(head["shipping"]),
            "shipping_tax": "0.00",
            "total_tax": money(head["tax"]),
            "total": money(head["total"]),
            "customer_id": head["customer"],
            "billing": {"email": head["email"], "country": "DE", "state": "BE"},
            "shipping": {"country": "", "state": ""},
            "fee_lines": [{"total": money(head["fee"])}] if head["fee"] else [],
            "coupon_lines": [{"code": "spring"}] if head["discount"] else [],
            "line_items": [
                {
                    "id": 10 + number,
                    "name": line["name"],
                    "sku": line["sku"],
                    "quantity": line["quantity"],
                    "subtotal": money(line["before"]),
                    "total": money(line["total"]),
                }
                for number, line in enumerate(self.lines)
            ],
            "refunds": [
                {"id": 1 + n, "reason": "", "total": f"-{money(amount)}"}
                for n, (amount, _) in enumerate(self.refunds)
            ],
        }
        # A delivery's id is that of its second: several have it.
        self.events.append((topic, f"d{len(self.events)}", payload))

    def delete(self) -> None:
        """It is told by an id alone; in the trash it is in no export."""
        self.events.append(("order.deleted", f"d{len(self.events)}", {"id": 700 + self.number}))
        self.deleted = True

    def restore(self, at: datetime) -> None:
        """Take it out of the trash."""
        self.deleted = False
        self.tell("order.restored", at)

    def row(self) -> dict[str, str]:
        """The order as the export has it."""
        head = self.head
        row = {
            "order_id": str(700 + self.number),
            "order_number": str(700 + self.number),
            "order_date": _spelled(self.created),
            "paid_date": _spelled(self.paid) if self.paid else "",
            "status": self.status,
            "shipping_total": money(head["shipping"]),
            "shipping_tax_total": "0.00",
            "fee_total": money(head["fee"]),
            "tax_total": money(head["tax"]),
            "discount_total": money(head["discount"]),
            "order_total": money(head["total"]),
            "order_subtotal": money(sum(line["before"] for line in self.lines)),
            "order_currency": "EUR",
            "customer_id": str(head["customer"]),
            "billing_email": head["email"],
            "billing_country": "DE",
            "billing_state": "BE",
            "coupon_items": "code:spring" if head["discount"] else "",
            "refund_items": ";".join(
                f"amount:{money(amount)}|reason:|date:{_spelled(at)}" for amount, at in self.refunds
            ),
        }
        for number, line in enumerate(self.lines, 1):
            row[f"line_item_{number}"] = (
                f"name:{line['name']}|sku:{line['sku']}|quantity:{line['quantity']}"
                f"|total:{money(line['total'])}|sub_total:{money(line['before'])}"
            )
        return row


def _plain(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}"


def _spelled(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def export(stories: Sequence[Story]) -> bytes:
    """The orders export."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(story.row() for story in stories if not story.deleted)
    return out.getvalue().encode()


@st.composite
def stories(draw: st.DrawFn, most: int = 4) -> list[Story]:
    """Some orders, each with what became of it."""
    return [draw(story(number)) for number in range(draw(st.integers(1, most)))]


@st.composite
def story(draw: st.DrawFn, number: int) -> Story:
    """An order: placed, paid or not, paid back in part or whole, cancelled."""
    lines = [_line(draw) for _ in range(draw(st.integers(1, 3)))]
    goods = sum(line["total"] for line in lines)
    shipping, fee = draw(st.sampled_from([0, 490])), draw(st.sampled_from([0, 150]))
    tax = draw(st.integers(0, (goods + shipping) // 6))
    head = {
        "customer": draw(st.sampled_from([0, 5])),
        "email": draw(st.sampled_from(["ann@example.com", "bo@example.com"])),
        "shipping": shipping,
        "fee": fee,
        "tax": tax,
        "discount": sum(line["before"] - line["total"] for line in lines),
        "total": goods + shipping + fee + tax,
    }
    at = START + timedelta(hours=draw(st.integers(0, 200)))
    found = Story(number, head, lines, at)
    found.tell("order.created", at)
    if draw(st.booleans()):
        at += timedelta(hours=draw(st.integers(0, 2)))
        found.status, found.paid = "processing", at
        found.tell("order.updated", at)
    end = draw(st.sampled_from(["kept", "completed", "refunds", "cancelled"]))
    at += timedelta(days=1)
    if end == "completed" and found.paid:
        found.status = "completed"
        found.tell("order.updated", at)
    elif end == "refunds" and found.paid:
        left = head["total"]
        for _ in range(draw(st.integers(1, 2))):
            at += timedelta(days=1)
            amount = draw(st.sampled_from([left, left // 3]))
            if amount:
                left -= amount
                found.refunds.append((amount, at))
                found.status = found.status if left else "refunded"
                found.tell("order.updated", at)
    elif end == "cancelled":
        found.status = "cancelled"
        found.tell("order.updated", at)
    _bin(draw, found, at)
    return found


def _bin(draw: st.DrawFn, found: Story, at: datetime) -> None:
    """Put it into the trash or not, and take it out again or not, in turn."""
    for turn in range(draw(st.sampled_from([0, 0, 0, 1, 2, 3]))):
        at += timedelta(days=1)
        if turn % 2:
            found.restore(at)
            continue
        found.delete()
        if draw(st.booleans()):
            found.tell("order.updated", at)


def _line(draw: st.DrawFn) -> dict[str, Any]:
    kind, before = draw(st.integers(1, 4)), draw(st.integers(1, 9_999))
    off = draw(st.integers(0, before)) if draw(st.booleans()) else 0
    return {
        "name": f"Product {kind}",
        "sku": f"S-{kind}" if kind % 2 else "",
        "quantity": draw(st.integers(1, 3)),
        "before": before,
        "total": before - off,
    }
