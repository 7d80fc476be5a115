"""Random orders of a shop at Shopify: as the export has them, and as its webhooks told of them.

Amounts are in cents and follow the platform's own arithmetic. The refunds of an order that was not
cancelled stand in a refunds.csv beside the export, which cannot tell them.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from tests.support.reference import spread

START = datetime(2026, 2, 27, 8, tzinfo=UTC)
COLUMNS = (
    *("Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes"),
    *("Total", "Discount Code", "Discount Amount", "Created at", "Lineitem quantity"),
    *("Lineitem name", "Lineitem price", "Lineitem sku", "Lineitem discount", "Cancelled at"),
    *("Refunded Amount", "Source", "Shipping Country", "Billing Country", "Shipping Province"),
    *("Billing Province", "Id", "Payment Method"),
)


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


@dataclass
class Line:
    """A line: worth ``price * quantity`` less its own ``discount``."""

    number: int
    title: str
    sku: str
    price: int
    quantity: int
    discount: int

    @property
    def paid(self) -> int:
        return self.price * self.quantity - self.discount


@dataclass
class Story:
    """An order, and the events that told of it in turn: topic, event id, payload.

    ``owed`` is what edits took out of it and was not paid back.
    """

    number: int
    head: dict[str, Any]
    lines: list[Line]
    created: datetime
    paid: datetime | None = None
    cancelled: datetime | None = None
    refunds: list[dict[str, Any]] = field(default_factory=list)
    refund_rows: list[str] = field(default_factory=list)
    events: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    deleted: bool = False
    owed: int = 0

    def delete(self) -> None:
        """It is told by an id, and in no export any more."""
        self.events.append(("orders/delete", f"e{self.number}-gone", {"id": 450_000 + self.number}))
        self.refund_rows.clear()
        self.deleted = True

    @property
    def name(self) -> str:
        return f"#{1000 + self.number}"

    @property
    def status(self) -> str:
        if self.paid is None:
            return "voided" if self.cancelled else "pending"
        back = self.refunded
        if not back:
            return "paid"
        return "refunded" if back >= self.head["total"] else "partially_refunded"

    @property
    def refunded(self) -> int:
        found = [each["transactions"] for each in self.refunds]
        return sum(int(each[0]["amount"].replace(".", "")) for each in found if each)

    def payload(self, at: datetime) -> dict[str, Any]:
        """The order as a webhook of ``at`` has it."""
        head = self.head
        return {
            "id": 450_000 + self.number,
            "name": self.name,
            "email": head["email"],
            "financial_status": self.status,
            "created_at": self.created.isoformat(),
            "updated_at": at.isoformat(),
            "cancelled_at": self.cancelled.isoformat() if self.cancelled else None,
            "currency": "EUR",
            "subtotal_price": money(head["subtotal"]),
            "total_shipping_price_set": {"shop_money": {"amount": money(head["shipping"])}},
            "total_tax": money(head["tax"]),
            "total_price": money(head["total"]),
            "total_discounts": money(head["discount"]),
            "taxes_included": head["included"],
            "discount_codes": [{"code": head["code"]}] if head["code"] else [],
            "source_name": head["source"],
            "shipping_address": {"country_code": "DE", "province_code": "BE"},
            "billing_address": None,
            "payment_gateway_names": ["shopify_payments"],
            "test": False,
            "line_items": [
                {
                    "id": 9000 + line.number,
                    "name": line.title,
                    "sku": line.sku or None,
                    "price": money(line.price),
                    "quantity": line.quantity,
                    "total_discount": money(line.discount),
                }
                for line in self.lines
            ],
            "refunds": [dict(each) for each in self.refunds],
        }

    def tell(self, topic: str, at: datetime) -> None:
        """An event of an order."""
        self.events.append((topic, f"e{self.number}-{len(self.events)}", self.payload(at)))

    def rows(self) -> list[dict[str, str]]:
        """The order as the export has it."""
        if self.deleted:
            return []
        head = self.head
        own = {
            "Name": self.name,
            "Email": head["email"] or "",
            "Financial Status": self.status,
            "Paid at": _spelled(self.paid),
            "Currency": "EUR",
            "Subtotal": money(head["subtotal"]),
            "Shipping": money(head["shipping"]),
            "Taxes": money(head["tax"]),
            "Total": money(head["total"]),
            "Discount Code": head["code"],
            "Discount Amount": money(head["discount"]),
            "Created at": _spelled(self.created),
            "Cancelled at": _spelled(self.cancelled),
            "Refunded Amount": money(self.refunded),
            "Source": head["source"],
            "Shipping Country": "DE",
            "Shipping Province": "BE",
            "Id": str(450_000 + self.number),
            "Payment Method": "shopify_payments",
        }
        rows = [
            {
                "Name": self.name,
                "Lineitem quantity": str(line.quantity),
                "Lineitem name": line.title,
                "Lineitem price": money(line.price),
                "Lineitem sku": line.sku,
                "Lineitem discount": money(line.discount),
            }
            for line in self.lines
        ]
        return [own | rows[0], *rows[1:]]


def _spelled(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S} +0000"


def export(stories: Sequence[Story]) -> bytes:
    """The orders export."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for story in stories:
        writer.writerows(story.rows())
    return out.getvalue().encode()


def refunds_csv(stories: Sequence[Story]) -> bytes | None:
    """The refunds beside it, where there are any."""
    rows = [row for story in stories for row in story.refund_rows]
    head = "refund_id,order_id,line_id,processed_at,kind,quantity,amount,shipping,tax"
    return "\n".join([head, *rows]).encode() if rows else None


@st.composite
def stories(draw: st.DrawFn, most: int = 4) -> list[Story]:
    """Some orders, each with what became of it."""
    return [draw(story(number)) for number in range(draw(st.integers(1, most)))]


@st.composite
def story(draw: st.DrawFn, number: int) -> Story:
    """An order: created, paid or not, edited by hand, paid back in part, cancelled, deleted."""
    lines = [_line(draw, each) for each in range(1, draw(st.integers(1, 3)) + 1)]
    goods = sum(line.paid for line in lines)
    off = draw(st.integers(0, goods)) if draw(st.booleans()) else 0
    shipping, included = draw(st.sampled_from([0, 490])), draw(st.booleans())
    tax = draw(st.integers(0, (goods - off + shipping) // 6))
    total = goods - off + shipping + (0 if included else tax)
    head = {
        "email": draw(st.sampled_from([None, "ann@example.com", "bo@example.com"])),
        "subtotal": goods - off,
        "shipping": shipping,
        "tax": tax,
        "total": total,
        "discount": off,
        "included": included,
        "code": "SPRING" if off else "",
        "source": draw(st.sampled_from(["web", "pos"])),
    }
    at = START + timedelta(hours=draw(st.integers(0, 200)))
    found = Story(number, head, lines, at)
    at_once = draw(st.booleans())
    found.paid = at if at_once else None
    found.tell("orders/create", at)
    if at_once:
        found.tell("orders/paid", at)
    else:
        at += timedelta(hours=3)
        if draw(st.booleans()):
            found.tell("orders/updated", at)
        if draw(st.booleans()):
            at += timedelta(hours=1)
            found.paid = at
            found.tell("orders/paid", at)
    _end(draw, found, at)
    if draw(st.integers(0, 3)) == 3:
        found.delete()
    return found


def _line(draw: st.DrawFn, number: int) -> Line:
    kind = draw(st.integers(1, 4))
    price, quantity = draw(st.integers(1, 9_999)), draw(st.integers(1, 3))
    discount = draw(st.integers(0, price * quantity)) if draw(st.booleans()) else 0
    sku = f"S-{kind}" if kind % 2 else ""
    return Line(number, f"Product {kind}", sku, price, quantity, discount)


def _end(draw: st.DrawFn, found: Story, at: datetime) -> None:
    """What becomes of it after it was placed."""
    end = draw(st.sampled_from(["kept", "refunds", "cancelled", "both"]))
    if end in {"refunds", "both"} and found.paid is not None and not found.head["included"]:
        left = _Left(found)
        for turn in range(draw(st.integers(1, 2))):
            at += timedelta(days=1)
            _refund(draw, found, left, at, turn)
    if end in {"cancelled", "both"}:  # the export tells one sum then, and no refund of its own
        at += timedelta(days=2)
        found.cancelled = at
        found.refund_rows.clear()
        rest = found.head["total"] - found.refunded
        back = draw(st.sampled_from([0, rest, rest // 3]))
        if back and found.paid is not None:
            found.refunds.append(_of(found, at, "C", [], back))
        found.tell("orders/cancelled", at)
    if draw(st.booleans()):
        found.tell("orders/updated", at + timedelta(days=3))


class _Left:
    """What is left of an order to be paid back."""

    def __init__(self, found: Story) -> None:
        paid = [line.paid for line in found.lines]
        shares = spread(found.head["discount"], paid)
        self.paid = [part - share for part, share in zip(paid, shares, strict=True)]
        self.pieces = [line.quantity for line in found.lines]
        self.shipping, self.tax = found.head["shipping"], found.head["tax"]


def _refund(draw: st.DrawFn, found: Story, left: _Left, at: datetime, turn: int) -> None:
    name = f"{7_000_000 + found.number * 10 + turn}"
    shipping = draw(st.sampled_from([0, left.shipping]))
    tax = 0
    parts, rows = [], []
    for number, line in enumerate(found.lines):
        pieces = draw(st.integers(0, left.pieces[number]))
        if not pieces:
            continue
        whole = pieces == left.pieces[number]
        amount = left.paid[number] if whole else left.paid[number] // (2 * line.quantity)
        part = draw(st.integers(0, left.tax))
        left.paid[number] -= amount
        left.pieces[number] -= pieces
        left.tax -= part
        tax += part
        parts.append(
            {
                "line_item_id": 9000 + line.number,
                "quantity": pieces,
                "subtotal": float(money(amount)),
                "total_tax": float(money(part)),
            }
        )
        rows.append((line.number, pieces, amount))
    whole_back = sum(amount for _, _, amount in rows) + shipping + tax
    if not rows and not shipping:
        return
    left.shipping -= shipping
    made = _of(found, at, name, parts, whole_back)
    if shipping:
        made["order_adjustments"] = [
            {"kind": "shipping_refund", "amount": f"-{money(shipping)}", "tax_amount": "0.00"}
        ]
    found.refunds.append(made)
    when = at.isoformat()
    if shipping or tax:
        found.refund_rows.append(
            f"{name},{found.name},,{when},return,,,{money(shipping)},{money(tax)}"
        )
    found.refund_rows += [
        f"{name},{found.name},{line},{when},return,{pieces},{money(amount)},,"
        for line, pieces, amount in rows
    ]
    if draw(st.booleans()):
        found.events.append(("refunds/create", f"r{name}", dict(made)))
    found.tell("orders/updated", at)


def _of(
    found: Story, at: datetime, name: str, parts: list[dict[str, Any]], whole: int
) -> dict[str, Any]:
    return {
        "id": name if name.isdecimal() else f"9{found.number}",
        "order_id": 450_000 + found.number,
        "created_at": at.isoformat(),
        "processed_at": at.isoformat(),
        "refund_line_items": parts,
        "transactions": [{"kind": "refund", "status": "success", "amount": money(whole)}],
        "order_adjustments": [],
    }
