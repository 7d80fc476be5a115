"""Orders and refunds of Shopify's webhooks, reduced to what the ledger takes.

An order becomes the cells of the export's columns, with what JSON states and the export leaves to
be found out: which lines are gift cards or tips, and each line's discounts and tax. Names,
addresses and e-mail addresses are left behind: what is kept knows a customer by a pseudonym.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

from ingest.formats.customers import pseudonym
from ingest.formats.shopify.columns import of_test
from ingest.formats.shopify.decimals import decimal_sum, if_amount, if_readable
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
_EXTRAS_BACK: Final = ("total_duties_set", "total_additional_fees_set")
_ROUNDED: Final = {
    "paidRounded": "total_cash_rounding_payment_adjustment_set",
    "backRounded": "total_cash_rounding_refund_adjustment_set",
}
"""What cash was rounded by, where it was."""
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
    lines = [_line(each) for each in list_at(payload, "line_items")]
    if len(lines) > _MOST_LINES:
        raise UnreadableEventError(f"line_items are more than {_MOST_LINES}")
    email = text_at(payload, "email") or text_at(payload, "contact_email")
    return {
        "head": head,
        "lines": lines,
        "customer": pseudonym(email or None),
        "included": payload.get("taxes_included") is True,
        "test": payload.get("test") is True or of_test(head["Payment Method"]),
        "fees": if_readable(_shop_money, payload, "original_total_additional_fees_set"),
        "tips": if_readable(text_at, payload, "total_tip_received"),
        "current": if_readable(text_at, payload, "current_total_price"),
        "shippingTax": if_readable(_shipping_tax, payload),
        **_stated(_ROUNDED, payload),
        **_listing(payload),
    }


def _stated(names: Mapping[str, str], payload: Mapping[str, Any]) -> dict[str, str]:
    """Amounts in the shop's money, of those that are there."""
    amounts = {name: if_readable(_shop_money, payload, each) for name, each in names.items()}
    return {name: each for name, each in amounts.items() if each.strip("-0.")}


def _listing(payload: Mapping[str, Any]) -> dict[str, list[str]]:
    """The ids of the refunds that the order has, where it says which."""
    if "refunds" not in payload:
        return {}
    return {"refunds": sorted(needed_at(each, "id") for each in list_at(payload, "refunds"))}


def _line(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A line by the export's columns, and what is stated of it besides."""
    return {
        "id": needed_at(payload, "id"),
        **{column: text_at(payload, name) for column, name in _LINE_COLUMNS.items()},
        "allocated": if_readable(_listed, payload, "discount_allocations", "amount"),
        "card": payload["gift_card"] if isinstance(payload.get("gift_card"), bool) else None,
        "tip": payload.get("tip") is not None,
        "tax": if_readable(_listed, payload, "tax_lines", "price"),
    }


def _listed(payload: Mapping[str, Any], name: str, amount: str) -> str:
    """What the amounts of a list come to."""
    return decimal_sum(text_at(each, amount) for each in list_at(payload, name))


def _shipping_tax(payload: Mapping[str, Any]) -> str:
    lines = list_at(payload, "shipping_lines")
    return decimal_sum(_listed(each, "tax_lines", "price") for each in lines)


def _shop_money(payload: Mapping[str, Any], *names: str) -> str:
    """What amounts come to in the shop's money."""
    return decimal_sum(text_at(payload, name, "shop_money", "amount") for name in names)


def _shipping(payload: Mapping[str, Any]) -> str:
    """What was charged for the shipping before discounts, as a decimal."""
    whole = text_at(payload, "total_shipping_price_set", "shop_money", "amount")
    if whole:
        return whole
    return decimal_sum(text_at(each, "price") for each in list_at(payload, "shipping_lines"))


def refund_content(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A refund: its time, its lines, what it gives back of the shipping, and the money it moved.

    ``money`` is None where none was moved: goods were taken out of the order. ``moved`` has it by
    the currency it was moved in, which may be the customer's; ``discrepancy`` is what the lines and
    the shipping come to less that, in the shop's. Of the shipping, ``shipping`` is without tax;
    ``ofShipping`` is as prices are, and there where the platform tells it by lines.

    Raises:
        UnreadableEventError: something is not what it should be.
    """
    moved: dict[str, list[str]] = {}
    for each in list_at(payload, "transactions"):
        if text_at(each, "kind") == "refund" and text_at(each, "status") in {"success", ""}:
            currency = if_readable(text_at, each, "currency")
            moved.setdefault(currency, []).append(text_at(each, "amount"))
    off_shipping: list[Mapping[str, Any]] = []
    others: list[Mapping[str, Any]] = []
    for each in list_at(payload, "order_adjustments"):
        of_shipping = text_at(each, "kind") == "shipping_refund"
        (off_shipping if of_shipping else others).append(each)
    return {
        "at": moment_at(payload, "processed_at", "created_at"),
        "lines": [
            [
                needed_at(each, "line_item_id"),
                text_at(each, "quantity"),
                *(_in_shops_money(each, name) for name in ("subtotal", "total_tax")),
            ]
            for each in list_at(payload, "refund_line_items")
        ],
        "shipping": _back(off_shipping, "amount"),
        "shippingTax": _back(off_shipping, "tax_amount"),
        **_of_shipping(payload),
        "money": decimal_sum(chain(*moved.values())) if moved else None,
        "moved": {currency: decimal_sum(amounts) for currency, amounts in sorted(moved.items())},
        "discrepancy": if_readable(_discrepancy, others),
        "extras": if_readable(_shop_money, payload, *_EXTRAS_BACK),
    }


def _back(adjustments: Sequence[Mapping[str, Any]], name: str) -> str:
    amounts = (_in_shops_money(each, name, signed=True) for each in adjustments)
    return decimal_sum(each.lstrip("-") for each in amounts)


def _of_shipping(payload: Mapping[str, Any]) -> dict[str, str]:
    """What lines of shipping give back, and their tax, which not all state."""
    lines = if_readable(_lines_of_shipping, payload, "subtotal_amount")
    if not lines.strip("-0."):
        return {}
    tax = if_readable(_lines_of_shipping, payload, "tax_amount")
    return {"ofShipping": lines, **({"ofShippingTax": tax} if tax else {})}


def _lines_of_shipping(payload: Mapping[str, Any], name: str) -> str:
    """An amount of all lines of shipping; empty where none states it."""
    lines = list_at(payload, "refund_shipping_lines")
    amounts = [_in_shops_money(each, name) for each in lines]
    return decimal_sum(amounts) if any(amounts) else ""


def _discrepancy(adjustments: Sequence[Mapping[str, Any]]) -> str:
    names = ("amount", "tax_amount")
    return decimal_sum(
        _in_shops_money(each, name, signed=True) for each in adjustments for name in names
    )


def _in_shops_money(payload: Mapping[str, Any], name: str, *, signed: bool = False) -> str:
    """An amount by its decimal in the shop's money, where it has one beside its number."""
    way = (payload, f"{name}_set", "shop_money")
    exact = if_readable(text_at, *way, "amount")
    currency = if_readable(text_at, *way, "currency_code")
    if if_amount(exact, currency, signed=signed) is not None:
        return exact
    return text_at(payload, name) or exact
