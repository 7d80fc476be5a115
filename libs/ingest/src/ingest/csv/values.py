"""From a cell's text to a value, strictly: what is not plainly right is refused with the reason.

A converter takes trimmed text and raises ``BadValueError``; nothing is guessed. Converters of
columns whose texts repeat are wrapped in ``Remembered``: a file of a million lines has a few
thousand prices, and a look-up costs a tenth of a conversion.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from common.http.wording import Wording
from ingest.csv.amount_advice import too_many_decimals, why_no_amount
from ingest.csv.booleans import boolean

T = TypeVar("T")

LONGEST_ID = 255
LONGEST_TEXT = 2000
LARGEST_QUANTITY = 2_147_483_647
LARGEST_AMOUNT = 10**17
_YEARS = range(1970, 2200)
_REMEMBERED = 20_000
_LONG = 256
_DIGEST = 24

_AMOUNT = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_POINT_OF_EITHER = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
_THREE = 3
_WHOLE = re.compile(r"(-?[0-9]+)(?:\.0{1,2})?")
_SPREADSHEET_TIME = re.compile(
    r"([0-9]{1,2}([/.-])[0-9]{1,2}\2([0-9]{2}|[0-9]{4})|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2})"
    r"([ ,T]{1,2}[0-9]{1,2}[:.][0-9:.]{1,12}( ?[APMapm.]{2,4})?)?"
    r"|[0-9]{5}([.,][0-9]{1,15})?"
)


class BadValueError(ValueError):
    """The text is no value of its column; the message says why."""


class Remembered(dict[str, T], Generic[T]):
    """A converter as a mapping that keeps what it has converted: so many texts, not too long."""

    def __init__(self, convert: Callable[[str], T]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, text: str) -> T:
        value = self._convert(text.strip())
        if len(text) > _LONG:
            return value
        if len(self) >= _REMEMBERED:
            self.clear()
        self[text] = value
        return value


def identity(text: str) -> str:
    """An id of the shop's own: there, not too long, storable."""
    text = text.strip()
    if not text:
        raise BadValueError(Wording("is empty"))
    if len(text) > LONGEST_ID:
        raise BadValueError(Wording("is longer than %(most)s characters", most=LONGEST_ID))
    return _storable(text)


def optional_identity(text: str) -> str | None:
    """An id that may be left out."""
    return identity(text) if text.strip() else None


def words(text: str) -> str | None:
    """Free text; None when there is none."""
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise BadValueError(Wording("is longer than %(most)s characters", most=LONGEST_TEXT))
    return _storable(text) or None


def title(text: str) -> str | None:
    """What a product is called, to be shown: cut where it is too long; None when there is none."""
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1].rstrip() + "…"
    return _storable(text) or None


def short_identity(text: str) -> str:
    """``text`` as an id: itself, or its beginning and a hash where it is too long."""
    if len(text) <= LONGEST_ID:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]
    return f"{text[: LONGEST_ID - _DIGEST - 1].rstrip()} {digest}"


def _storable(text: str) -> str:
    if "\0" in text:
        raise BadValueError(Wording("contains a NUL character"))
    return text


def instant(text: str) -> datetime:
    """A time of ISO 8601 with its offset."""
    text = text.strip()
    if not text:
        raise BadValueError(Wording("is empty"))
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        reason = Wording("is not a time of ISO 8601 with an offset, as 2026-03-01T10:22:33+01:00")
        raise BadValueError(resaved(reason, text)) from None
    if value.tzinfo is None:
        raise BadValueError(Wording("has no offset: write 2026-03-01T10:22:33+01:00, or Z for UTC"))
    if value.year not in _YEARS:
        first, last = str(_YEARS.start), str(_YEARS.stop)
        raise BadValueError(
            Wording("is not between %(first)s and %(last)s", first=first, last=last)
        )
    return value


def resaved(reason: Wording, time: str) -> Wording:
    """The reason why a text is no time, with what is to be done where a spreadsheet wrote it.

    Spreadsheets write times as their country does, or as a number of days.
    """
    if _SPREADSHEET_TIME.fullmatch(time.strip()) is None:
        return reason
    return Wording(
        "%(reason)s (spreadsheets write times so: export again, or keep the column as text)",
        reason=reason,
    )


def optional_instant(text: str) -> datetime | None:
    """A time that may be left out."""
    return instant(text) if text.strip() else None


def whole(text: str, *, least: int, most: int = LARGEST_QUANTITY) -> int:
    """A whole number from ``least`` to ``most``; ``2.0`` and ``2.00`` are, as floats are written.

    With three zeros it may be thousands.
    """
    text = text.strip()
    if not text:
        raise BadValueError(Wording("is empty"))
    match = _WHOLE.fullmatch(text)
    if match is None:
        raise BadValueError(Wording("is not a whole number"))
    text = match.group(1)
    value = int(text) if len(text) <= len(str(most)) + 1 else most + 1
    if text.startswith("-") and least >= 0 and value < least:
        raise BadValueError(Wording("is negative"))
    if value < least:
        raise BadValueError(Wording("is less than %(least)s", least=least))
    if value > most:
        raise BadValueError(Wording("is too large"))
    return value


def truth(text: str) -> bool:
    """A boolean; nothing is false.

    Raises:
        BadValueError: it is neither.
    """
    found = boolean(text) if text.strip() else False
    if found is None:
        raise BadValueError(Wording("is neither true nor false"))
    return found


def amounts(
    exponent: int, *, empty: int | None = None, signed: bool = False, by_program: bool = False
) -> Callable[[str], int]:
    """The converter of decimals in major units to minor units of a currency of ``exponent``.

    ``empty`` is what an empty cell stands for, None where it may not be empty. Amounts below 0 are
    taken where ``signed``. Zeros beyond the currency's decimals are taken; three decimals may be
    thousands as spreadsheets of many countries group them (``2.000``), unless it is ``by_program``
    that the text was written or the currency has three.
    """

    def convert(text: str) -> int:
        text = text.strip()
        if not text:
            if empty is None:
                raise BadValueError(Wording("is empty"))
            return empty
        match = _AMOUNT.fullmatch(text)
        if match is None:
            raise BadValueError(why_no_amount(text, exponent))
        sign, units, decimals = match.group(1), match.group(2), match.group(3) or ""
        if not by_program and exponent != _THREE and _POINT_OF_EITHER.fullmatch(text):
            raise BadValueError(why_no_amount(text, exponent))
        if len(decimals.rstrip("0")) > exponent:
            raise BadValueError(too_many_decimals(exponent))
        # Without leading zeros first: Python refuses to convert thousands of digits.
        digits = (units + decimals[:exponent].ljust(exponent, "0")).lstrip("0") or "0"
        value = int(digits) if len(digits) <= len(str(LARGEST_AMOUNT)) else None
        if sign and value != 0 and not signed:
            raise BadValueError(Wording("is negative"))
        if value is None or value > LARGEST_AMOUNT:
            raise BadValueError(Wording("is too large"))
        return -value if sign else value

    return convert
