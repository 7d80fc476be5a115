"""Decimal and thousands separators: what may be meant by an amount that is not spelled plainly.

Only said, never taken: whoever has the file knows, and writes it plainly.
"""

import re
from typing import Final

from common.http.wording import Wording

_GROUP: Final = 3
_SPELT: Final = re.compile(r"-?[0-9]+(?:[., '\u2019\u00a0\u202f][0-9]+)+")
_SEPARATOR: Final = re.compile(r"[., '\u2019\u00a0\u202f]")
_DECIMAL: Final = ".,"
_NO_NUMBER: Final = Wording("is not a decimal number, as 12.50")


def why_no_amount(text: str, exponent: int) -> Wording:
    """Why a text is no amount of a currency of ``exponent`` decimals, and what is to be written."""
    if _SPELT.fullmatch(text) is None:
        return _NO_NUMBER
    last = _SEPARATOR.findall(text)[-1]
    units, _, decimals = text.rpartition(last)
    if _grouped(text):
        return _of_groups(text, last, exponent)
    in_groups = _SEPARATOR.search(units) is None or (last not in units and _grouped(units))
    if last not in _DECIMAL or not in_groups:
        return _NO_NUMBER
    amount = _plain(units, decimals, exponent)
    if not amount:
        return too_many_decimals(exponent)
    if last == ",":
        return Wording("has a decimal comma: write %(amount)s", amount=amount)
    return Wording("has a thousands separator: write %(amount)s", amount=amount)


def _of_groups(text: str, last: str, exponent: int) -> Wording:
    """What is said of digits in groups: thousands, and one separator may be of decimals too."""
    thousands = _SEPARATOR.sub("", text)
    units, _, decimals = text.partition(last)
    amount = _plain(units, decimals, exponent)
    if last not in _DECIMAL or text.count(last) > 1:
        return Wording("has a thousands separator: write %(amount)s", amount=thousands)
    if amount is None:
        return Wording(
            "%(reason)s (if they are thousands, write %(thousands)s)",
            reason=too_many_decimals(exponent),
            thousands=thousands,
        )
    return Wording(
        "may have decimals or thousands: write %(amount)s or %(thousands)s",
        amount=amount,
        thousands=thousands,
    )


def _grouped(number: str) -> bool:
    """Whether digits stand in threes, or in twos before the last three, by one separator."""
    first, *groups = _SEPARATOR.split(number.removeprefix("-"))
    return (
        len({*_SEPARATOR.findall(number)}) == 1
        and len(first) <= _GROUP
        and not first.startswith("0")
        and len(groups[-1]) == _GROUP
        and all(len(each) in (_GROUP - 1, _GROUP) for each in groups)
    )


def _plain(units: str, decimals: str, exponent: int) -> str | None:
    """An amount with the decimals that its currency has; None where there are more of them."""
    if len(decimals.rstrip("0")) > exponent:
        return None
    return f"{_SEPARATOR.sub('', units)}.{decimals[:exponent]}".rstrip(".")


def too_many_decimals(exponent: int) -> Wording:
    """What is said of more decimals than the currency has."""
    if exponent:
        return Wording("has more than %(most)s decimals", most=exponent)
    return Wording("has decimals, and the currency has none")
