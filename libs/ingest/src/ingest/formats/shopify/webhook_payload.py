"""Orders and refunds of Shopify's webhooks, reduced to what the ledger takes.

An order becomes the cells of the export's columns. Names, addresses and e-mail addresses are left
behind: what is kept knows a customer by a pseudonym.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ingest.formats.customers import pseudonym
from ingest.webhooks.payload import UnreadableEventError, list_at, moment_at, needed_at, text_at

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "Name": ("name",),
    "Financial Status": ("financial_status",),
    "Created at": ("created_at",),
    "Cancelled at": ("cancelled_at",),
    "Currency": ("currency",),
    "Subtotal": ("subtotal_price",),
    "Taxes": ("total_tax",),
    "Total": ("total_price",),
    "Discount Amount": ("total_discounts",),
    "Source": ("source_name",),
    "Billing Country": ("billing_address", "country_code"),
    "Billing Province": ("billing_address", "province_code"),
    "Shipping Country": ("shipping_address", "country_code"),
    "Shipping Province": ("shipping_address", "province_code"),
    "Id": ("id",),
    "Duties": ("original_total_duties_set", "shop_money", "amount"),
    "Presentment Currency": ("presentment_currency",),
}
"""The export's columns, and where an order has what stands in them."""
_LINE_COLUMNS: Final[Mapping[str, str]] = {
    "Lineitem quantity": "quantity",
    "Lineitem name": "name",
    "Lineitem price": "price",
    "Lineitem sku": "sku",
    "Lineitem discount": "total_discount",
}
_MOST_LINES: Final = 32_767


def order_content(payload: Mapping[str, Any]) -> dict[str, Any]:
    """An order: ``head`` and ``lines`` by the export's columns, and what these do not say.

    Raises:
        UnreadableEventError: something is not what it should be.
    """
    head = {name: text_at(payload, *way) for name, way in _COLUMNS.items()}
    codes = [text_at(each, "code") for each in list_at(payload, "discount_codes")]
    gateways = payload.get("payment_gateway_names")
    head |= {
        "Email": "",
        "Shipping": _shipping(payload),
        "Discount Code": ", ".join(filter(None, codes)),
        "Refunded Amount": "",
        "Outstanding Balance": text_at(payload, "total_outstanding"),
        "Payment Method": " + ".join(map(str, gateways)) if isinstance(gateways, list) else "",
    }
    lines = [
        {"id": needed_at(each, "id")}
        | {column: text_at(each, name) for column, name in _LINE_COLUMNS.items()}
        for each in list_at(payload, "line_items")
    ]
    if len(lines) > _MOST_LINES:
        raise UnreadableEventError(f"line_items are more than {_MOST_LINES}")
    email = text_at(payload, "email") or text_at(payload, "contact_email")
    bogus = "bogus" in head["Payment Method"].lower()
    return {
        "head": head,
        "lines": lines,
        "customer": pseudonym(email or None),
        "included": payload.get("taxes_included") is True,
        "test": payload.get("test") is True or bogus,
    }


def _shipping(payload: Mapping[str, Any]) -> str:
    """What was charged for the shipping before discounts, as a decimal."""
    whole = text_at(payload, "total_shipping_price_set", "shop_money", "amount")
    if whole:
        return whole
    return _sum(text_at(each, "price") for each in list_at(payload, "shipping_lines"))


def _sum(amounts: Any) -> str:
    try:
        return format(sum((Decimal(each) for each in amounts if each), Decimal(0)), "f")
    except (InvalidOperation, ValueError):
        raise UnreadableEventError("an amount is not a decimal number") from None


def refund_content(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A refund: its time, its lines, what it gives back of the shipping, and the money it moved.

    ``money`` is None where none was moved: goods were taken out of the order.

    Raises:
        UnreadableEventError: something is not what it should be.
    """
    moved = [
        text_at(each, "amount")
        for each in list_at(payload, "transactions")
        if text_at(each, "kind") == "refund" and text_at(each, "status") in {"success", ""}
    ]
    off_shipping = [
        each
        for each in list_at(payload, "order_adjustments")
        if text_at(each, "kind") == "shipping_refund"
    ]
    return {
        "at": moment_at(payload, "processed_at", "created_at"),
        "lines": [
            [
                needed_at(each, "line_item_id"),
                *(text_at(each, name) for name in ("quantity", "subtotal", "total_tax")),
            ]
            for each in list_at(payload, "refund_line_items")
        ],
        "shipping": _sum(text_at(each, "amount").lstrip("-") for each in off_shipping),
        "shippingTax": _sum(text_at(each, "tax_amount").lstrip("-") for each in off_shipping),
        "money": _sum(moved) if moved else None,
    }
