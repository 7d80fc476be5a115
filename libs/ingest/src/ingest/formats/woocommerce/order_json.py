"""What the facts of an order keep of its JSON: what the ledger takes, and nobody's name."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from ingest.formats.customers import pseudonym
from ingest.webhooks.payload import UnreadableEventError, list_at, moment_at, needed_at, text_at

_MOST_LINES: Final = 32_767
_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("number",),
    "status": ("status",),
    "method": ("payment_method",),
    "currency": ("currency",),
    "discount": ("discount_total",),
    "shipping": ("shipping_total",),
    "shippingTax": ("shipping_tax",),
    "tax": ("total_tax",),
    "total": ("total",),
    "billingCountry": ("billing", "country"),
    "billingState": ("billing", "state"),
    "shippingCountry": ("shipping", "country"),
    "shippingState": ("shipping", "state"),
}
_OF_LINES: Final = ("name", "sku", "quantity", "subtotal", "total")


def content_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What the ledger takes of an order; of the customer a pseudonym."""
    content: dict[str, Any] = {name: text_at(payload, *way) for name, way in _TEXTS.items()}
    account = text_at(payload, "customer_id")
    known = account if account not in {"", "0"} else None
    paid = text_at(payload, "date_paid_gmt")
    lines = list_at(payload, "line_items")
    if len(lines) > _MOST_LINES:
        raise UnreadableEventError(f"line_items are more than {_MOST_LINES}")
    codes = [text_at(each, "code") for each in list_at(payload, "coupon_lines")]
    key = text_at(payload, "order_key")
    return content | {
        # It opens the order's page at the shop, so it is not kept itself.
        "key": hashlib.sha256(key.encode()).hexdigest()[:32] if key else None,
        "id": needed_at(payload, "id"),
        "placed": moment_at(payload, "date_created_gmt", offset="Z"),
        "paid": moment_at(payload, "date_paid_gmt", offset="Z") if paid else None,
        "customer": known or pseudonym(text_at(payload, "billing", "email") or None),
        "codes": ", ".join(filter(None, codes)),
        "included": payload.get("prices_include_tax") is True,
        "refunds": sorted(needed_at(each, "id") for each in list_at(payload, "refunds"))
        if "refunds" in payload
        else None,
        "fees": [text_at(each, "total") for each in list_at(payload, "fee_lines")],
        "lines": [{name: text_at(each, name) for name in _OF_LINES} for each in lines],
    }
