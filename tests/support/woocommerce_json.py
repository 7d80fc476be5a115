"""Orders of WooCommerce's REST resource (``wc/v3``) as its webhooks tell them."""

from collections.abc import Sequence
from typing import Any

DAY = "2026-03-02T10:00:00"


def line(number: int, total: str, **change: Any) -> dict[str, Any]:
    """A line of one piece, without coupons."""
    own = {"id": number, "name": f"P{number}", "sku": f"P{number}", "quantity": 1}
    return own | {"subtotal": total, "total": total} | change


def order(lines: Sequence[dict[str, Any]], total: str, **change: Any) -> dict[str, Any]:
    """A paid order without shipping, tax, fees or coupons; ``at`` is when it changed last."""
    return {
        "id": 1,
        "number": "1",
        "status": "processing",
        "currency": "EUR",
        "prices_include_tax": False,
        "date_created_gmt": DAY,
        "date_modified_gmt": change.pop("at", DAY),
        "date_paid_gmt": DAY,
        "discount_total": "0.00",
        "shipping_total": "0.00",
        "shipping_tax": "0.00",
        "total_tax": "0.00",
        "total": total,
        "customer_id": 0,
        "billing": {"email": "ann@example.com", "country": "DE"},
        "line_items": list(lines),
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
    } | change
