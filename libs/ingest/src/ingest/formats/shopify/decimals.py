"""Decimals of Shopify's JSON: what an order needs is read strictly, what only helps if it can be.

An event whose money is spoilt cannot be taken. What only helps to read an order is in none of the
exports: an order is read without it, so what cannot be read of it is as if it was not stated.
"""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final, ParamSpec, TypeVar

from common.reports.money import UnsupportedCurrencyError, currency_exponent
from ingest.csv.values import BadValueError, amounts
from ingest.webhooks.payload import UnreadableEventError

_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
P = ParamSpec("P")
T = TypeVar("T")


def decimal_sum(texts: Iterable[str]) -> str:
    """The sum of decimals; empty ones are none.

    Raises:
        UnreadableEventError: one is no decimal number.
    """
    there = [each for each in texts if each]
    if not all(map(_DECIMAL.fullmatch, there)):
        raise UnreadableEventError("an amount is not a decimal number")
    return format(sum(map(Decimal, there), Decimal(0)), "f")


def if_readable(read: Callable[P, str], *args: P.args, **kwargs: P.kwargs) -> str:
    """What ``read`` gives; empty, as what is not stated, where that cannot be read."""
    try:
        return read(*args, **kwargs)
    except UnreadableEventError:
        return ""


def if_value(read: Callable[[str], T], text: str) -> T | None:
    """The value of a cell that only helps to read others; None where it cannot be read."""
    try:
        return read(text)
    except BadValueError:
        return None


def if_amount(text: str, currency: str, *, signed: bool = False) -> int | None:
    """An amount in minor units of ``currency``; None where it is not stated or cannot be read."""
    try:
        exponent = currency_exponent(currency)
    except UnsupportedCurrencyError:
        return None
    return if_value(amounts(exponent, signed=signed, by_program=True), text)
