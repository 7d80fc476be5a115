"""Random orders at Shopify that are paid back in parts and cancelled.

Amounts are in cents and follow the platform's own arithmetic: a refund's money is what its lines,
shipping and tax come to, or without lines goodwill. What the shop keeps on cancelling is its own.
"""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Engine, text
from tests.support.reference import spread
from tests.support.shopify_orders import START, Line, Story, money

from common.db.tenancy import Access, transaction

Told = tuple[str, str, dict[str, Any]]
BY_DAY = """
    SELECT processed_at::date, kind, sum(quantity)::bigint, sum(amount)::bigint,
           sum(shipping)::bigint, sum(tax)::bigint
    FROM refunds GROUP BY 1, 2 ORDER BY 1, 2
"""


def by_day(engine: Engine, shop: int) -> list[tuple[Any, ...]]:
    """Day, kind, pieces, goods, shipping and tax of what came back."""
    with transaction(engine, Access(tenant_id=shop)) as session:
        return [tuple(row) for row in session.execute(text(BY_DAY))]


class _Left:
    """What is left of an order to be paid back."""

    def __init__(self, story: Story) -> None:
        self.paid = [line.paid for line in story.lines]
        self.pieces = [line.quantity for line in story.lines]
        self.shipping, self.tax = story.head["shipping"], story.head["tax"]

    @property
    def whole(self) -> int:
        return int(sum(self.paid) + self.shipping + self.tax)


@st.composite
def orders(draw: st.DrawFn, *, goodwill: bool = True) -> Story:
    """A paid order, refunds of lines or (``goodwill``) of none, edits, its cancelling, and more."""
    lines = [
        Line(number, f"P{number}", f"S-{number}", draw(st.integers(1, 5_000)), quantity, 0)
        for number, quantity in enumerate(draw(st.lists(st.integers(1, 3), max_size=3)) or [1], 1)
    ]
    goods, shipping = sum(line.paid for line in lines), draw(st.sampled_from([0, 490]))
    tax = draw(st.integers(0, (goods + shipping) // 6))
    head = {"email": "", "code": "", "source": "web", "included": False, "discount": 0}
    head |= {"subtotal": goods, "shipping": shipping, "tax": tax, "total": goods + shipping + tax}
    story = Story(draw(st.integers(0, 3)), head, lines, START, START)
    story.tell("orders/paid", START)
    left, at = _Left(story), START
    kinds = ["lines", *["goodwill"] * goodwill]
    stated = draw(st.booleans())
    for _ in range(draw(st.integers(0, 3))):
        at += timedelta(days=1)
        _pay_back(draw, story, left, at, draw(st.sampled_from(["edit", *kinds])))
        story.tell("orders/updated", at)
        if stated:
            story.events[-1][2].update(_sums(left.whole, story.owed))
    at += timedelta(days=1)
    story.cancelled = at
    made = at + timedelta(seconds=draw(st.sampled_from([-2, 0, 2])))
    _pay_back(
        draw, story, left, made, draw(st.sampled_from(["nothing", "restock", "rest", *kinds]))
    )
    story.tell("orders/cancelled", at + timedelta(seconds=2))
    if stated:
        story.events[-1][2].update(_sums(0, 0))
    for _ in range(draw(st.integers(0, 1))):
        at += timedelta(days=1)
        _pay_back(draw, story, left, at, draw(st.sampled_from(["rest", *kinds])))
        story.tell("orders/updated", at)
    return story


def _sums(current: int, owed: int) -> dict[str, str]:
    """What a word says that the order comes to now, and what is to be paid back of it."""
    return {
        "current_total_price": money(current),
        "total_outstanding": f"-{money(owed)}" if owed else money(0),
    }


def _pay_back(draw: st.DrawFn, story: Story, left: _Left, at: datetime, kind: str) -> None:
    """One refund: of ``lines``, the ``rest``, ``goodwill``, or lines without money: an ``edit``,
    or goods that are restocked. What no line explains pays for edits first.
    """
    if kind == "nothing" or not left.whole + story.owed:
        return
    if kind == "goodwill":
        _goodwill(draw, story, left, at)
        return
    whole = kind in {"rest", "restock"}
    taken = [each if whole else draw(st.integers(0, each)) for each in left.pieces]
    shipping = left.shipping if whole else draw(st.sampled_from([0, left.shipping]))
    shipping = 0 if kind == "edit" else shipping
    tax, parts, back = 0, [], 0
    for number, pieces in enumerate(taken):
        if not pieces and not (whole and left.paid[number]):
            continue
        last = pieces == left.pieces[number]
        amount = left.paid[number] if last else left.paid[number] // (2 * left.pieces[number])
        part = left.tax - tax if whole and number == len(taken) - 1 else 0
        part = part if whole else draw(st.integers(0, left.tax - tax))
        tax, back = tax + part, back + amount
        parts.append(_line(number, pieces, amount, part))
        if kind != "restock":
            left.paid[number] -= amount
            left.pieces[number] -= pieces
    if kind == "restock":
        _add(story, at, parts, None)
        return
    tax = left.tax if whole else tax
    owed, story.owed = (story.owed, 0) if whole else (0, story.owed)
    if not back + shipping + tax + owed:
        return
    left.tax, left.shipping = left.tax - tax, left.shipping - shipping
    if kind == "edit":
        story.owed += back + tax
        _add(story, at, parts, None)
        return
    _add(story, at, parts, back + shipping + tax + owed, shipping)


def _goodwill(draw: st.DrawFn, story: Story, left: _Left, at: datetime) -> None:
    amount = draw(st.integers(1, left.whole + story.owed))
    paid_for = min(amount, story.owed)
    story.owed -= paid_for
    parts = spread(amount - paid_for, [*left.paid, left.shipping, left.tax])
    left.paid = [paid - part for paid, part in zip(left.paid, parts, strict=False)]
    left.shipping, left.tax = left.shipping - parts[-2], left.tax - parts[-1]
    _add(story, at, [], amount)


def _line(number: int, pieces: int, amount: int, tax: int) -> dict[str, Any]:
    return {
        "line_item_id": 9001 + number,
        "quantity": pieces,
        "subtotal": money(amount),
        "total_tax": money(tax),
    }


def _add(
    story: Story, at: datetime, lines: list[dict[str, Any]], moved: int | None, shipping: int = 0
) -> None:
    off = {"kind": "shipping_refund", "amount": f"-{money(shipping)}", "tax_amount": "0.00"}
    sent = {"kind": "refund", "status": "success", "amount": money(moved or 0)}
    story.refunds.append(
        {
            "id": f"{7_000_000 + story.number * 10 + len(story.refunds)}",
            "order_id": 450_000 + story.number,
            "created_at": at.isoformat(),
            "processed_at": at.isoformat(),
            "refund_line_items": lines,
            "transactions": [sent] if moved is not None else [],
            "order_adjustments": [off] if shipping else [],
        }
    )
