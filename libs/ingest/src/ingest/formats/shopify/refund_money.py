"""The money of a Shopify refund: what was moved, and what its parts come to, in the shop's own.

A transaction may be in the customer's currency. The refund's parts are told in the shop's too, so
what they come to, less the discrepancy that the platform states, is what was moved.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from common.reports.money import currency_exponent
from ingest.csv.values import BadValueError, amounts, whole
from ingest.formats.shopify.decimals import if_amount
from ingest.webhooks.payload import UnreadableEventError


def money_back(content: Mapping[str, Any], currency: str, *, included: bool) -> int | None:
    """What a refund moved, in minor units of the shop's ``currency``; None where it moved nothing.

    Money that was moved in the customer's currency is what the refund's parts come to in the
    shop's. ``included`` says that prices have the tax in them.

    Raises:
        UnreadableEventError: an amount or a quantity of it is none.
    """
    parts = parts_of(content, currency, included=included)
    if content["money"] is None:
        return None
    if _is_foreign(content, currency):
        return max(parts - kept_back(content, currency), 0)
    return refund_amount(currency)(content["money"])


def kept_back(content: Mapping[str, Any], currency: str) -> int:
    """What the platform states that a refund moved less than its parts come to; below nothing where
    it moved more, and 0 where nothing is stated that can be read."""
    return if_amount(content.get("discrepancy", ""), currency, signed=True) or 0


def is_unknown(content: Mapping[str, Any], currency: str, *, included: bool) -> bool:
    """Whether a refund moved money in another currency, and says nothing of it in the shop's."""
    parts = parts_of(content, currency, included=included)
    return _is_foreign(content, currency) and not parts and not kept_back(content, currency)


def _is_foreign(content: Mapping[str, Any], currency: str) -> bool:
    return any(each.upper() not in ("", currency) for each in content.get("moved", {}))


def parts_of(content: Mapping[str, Any], currency: str, *, included: bool) -> int:
    """What a refund's lines, its part of the shipping and what is no sale come to.

    Raises:
        UnreadableEventError: an amount or a quantity of it is none.
    """
    amount = refund_amount(currency)
    parts: int = amount(content["shipping"]) + amount(content["shippingTax"])
    for _, quantity, subtotal, tax in content["lines"]:
        _read(partial(whole, least=0), quantity)
        parts += amount(subtotal) + amount(tax) * (not included)
    return parts + extras_of(content, currency)


def extras_of(content: Mapping[str, Any], currency: str) -> int:
    """What a refund states of duties and fees; 0 where it states nothing that can be read."""
    return if_amount(content.get("extras", ""), currency) or 0


def refund_amount(currency: str) -> Callable[[str], int]:
    """Read an amount of a refund, none as 0, in minor units."""
    read = amounts(currency_exponent(currency), empty=0, by_program=True)
    return partial(_read, read)


def _read(convert: Any, text: str) -> int:
    try:
        return int(convert(text))
    except BadValueError as error:
        raise UnreadableEventError(f"a refund's value {error}") from None
