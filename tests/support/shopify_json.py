"""Orders and refunds of Shopify's REST resources, with what their JSON states beyond the export."""

from collections.abc import Sequence
from typing import Any

DAY = "2026-03-02T10:00:00Z"
LATER = "2026-03-05T10:00:00Z"


def money(amount: str, currency: str = "EUR") -> dict[str, Any]:
    """An amount in the shop's money."""
    return {"shop_money": {"amount": amount, "currency_code": currency}}


def line(number: int, title: str, price: str, quantity: int = 1, **change: Any) -> dict[str, Any]:
    """A line; ``allocated`` are the parts of discounts that were put on it."""
    allocated = change.pop("allocated", ())
    return {
        "id": 9000 + number,
        "name": title,
        "sku": change.pop("sku", f"S-{number}"),
        "price": price,
        "quantity": quantity,
        "total_discount": "0.00",
        "discount_allocations": [{"amount": each} for each in allocated],
        "gift_card": False,
        "tax_lines": [],
    } | change


def order(lines: Sequence[dict[str, Any]], total: str, **change: Any) -> dict[str, Any]:
    """A paid order of one currency, without shipping, tax or discount."""
    return {
        "id": 450_001,
        "name": "#1001",
        "financial_status": "paid",
        "created_at": DAY,
        "updated_at": change.get("at", DAY),
        "currency": "EUR",
        "subtotal_price": total,
        "total_price": total,
        "current_total_price": total,
        "total_tax": "0.00",
        "total_discounts": "0.00",
        "total_shipping_price_set": money("0.00"),
        "taxes_included": False,
        "line_items": list(lines),
        "refunds": [],
    } | {name: value for name, value in change.items() if name != "at"}


def refund(
    number: int,
    lines: Sequence[tuple[int, int, str]] = (),
    moved: str | None = None,
    *,
    at: str = LATER,
    currency: str = "EUR",
    discrepancy: str | None = None,
    **change: Any,
) -> dict[str, Any]:
    """A refund of ``lines`` (number, quantity, subtotal) that ``moved`` money, or none."""
    transaction = {"kind": "refund", "status": "success", "amount": moved, "currency": currency}
    adjustment = {"kind": "refund_discrepancy", "amount": discrepancy, "tax_amount": "0.00"}
    return {
        "id": 7000 + number,
        "order_id": 450_001,
        "created_at": at,
        "processed_at": at,
        "refund_line_items": [
            {
                "line_item_id": 9000 + each,
                "quantity": quantity,
                "subtotal": float(subtotal),
                "subtotal_set": money(subtotal),
                "total_tax": 0.0,
            }
            for each, quantity, subtotal in lines
        ],
        "transactions": [transaction] if moved else [],
        "order_adjustments": [adjustment] if discrepancy else [],
    } | change
