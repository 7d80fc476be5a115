"""What a Shopify refund gives back of the shipping, by lines of shipping or by an adjustment.

Both are the same money where a platform's version tells both; the one that says more is taken.
Lines are as prices are, with the tax in them or without; adjustments are without.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from common.reports.money import currency_exponent
from ingest.formats.shopify.decimals import if_amount
from ingest.formats.shopify.refund_money import refund_amount


def with_shipping(
    refund: Mapping[str, Any], order: Mapping[str, Any], currency: str
) -> Mapping[str, Any]:
    """A refund of ``order`` with its ``shipping`` and ``shippingTax``, whichever way it was told.

    A tax that no line states is in proportion to what the order states of its shipping.

    Raises:
        UnreadableEventError: an amount of the adjustments is none.
    """
    given = if_amount(refund.get("ofShipping", ""), currency)
    if not given:
        return refund
    tax = if_amount(refund.get("ofShippingTax", ""), currency)
    if tax is None:
        tax = _tax_of(given, order, currency)
    net = max(given - tax, 0) if order["included"] else given
    read = refund_amount(currency)
    if net + tax <= read(refund["shipping"]) + read(refund["shippingTax"]):
        return refund
    return {**refund, "shipping": _decimal(net, currency), "shippingTax": _decimal(tax, currency)}


def _tax_of(given: int, order: Mapping[str, Any], currency: str) -> int:
    charged = if_amount(order["head"]["Shipping"], currency)
    tax = if_amount(order.get("shippingTax", ""), currency)
    return min(tax, tax * given // charged) if charged and tax else 0


def _decimal(minor: int, currency: str) -> str:
    return format(Decimal(minor).scaleb(-currency_exponent(currency)), "f")
