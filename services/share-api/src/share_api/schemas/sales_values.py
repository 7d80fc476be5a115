"""Values of sales by JSON, by the rules of the cells of files, and with the same messages.

Texts are strings. An amount is a decimal in major units, as a string; a number is taken by its
digits as the body spells them, never through a float, and refused where a float of its client's may
have lost some.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Final, TypeVar

from pydantic import AwareDatetime, BeforeValidator, ValidationInfo, WithJsonSchema

from common.instants import now
from common.reports.money import currency_exponent
from ingest.csv.notes import CUT, Notes
from ingest.csv.values import (
    LONGEST_TEXT,
    BadValueError,
    amounts,
    identity,
    instant,
    title,
    whole,
    words,
)
from share_api.http.json_body import Literal

_EXACT_DIGITS: Final = 15
"""A decimal of so many digits comes out of a float (IEEE 754, 64 bits) as it went in."""
_MOST_ON_HAND: Final = 10**15
T = TypeVar("T")


class SalesContext:
    """What values are checked by: the shop's ``currency`` (ISO 4217); ``notes`` are told.

    The two flags say how the orders are meant.
    """

    def __init__(
        self,
        currency: str,
        notes: Notes,
        *,
        gift_cards_are_sales: bool = True,
        prices_include_tax: bool = False,
    ) -> None:
        self.currency, self.notes, self.now = currency, notes, now()
        self.gift_cards_are_sales = gift_cards_are_sales
        self.prices_include_tax = prices_include_tax
        self.amount = amounts(currency_exponent(currency), by_program=True)


def _context(info: ValidationInfo) -> SalesContext:
    context = info.context
    assert isinstance(context, SalesContext)  # noqa: S101 - the reader's
    return context


def _text(value: object, convert: Callable[[str], T]) -> T:
    if not isinstance(value, str) or isinstance(value, Literal):
        raise BadValueError("is not a string")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise BadValueError("has half a surrogate pair")
    return convert(value)


def _amount(value: object, info: ValidationInfo) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadValueError('is not a decimal number in a string, as "12.50"')
    text = str(value)
    if isinstance(value, int | Literal) and sum(map(str.isdigit, text)) > _EXACT_DIGITS:
        raise BadValueError(f"is a number of more than {_EXACT_DIGITS} digits: send it as a string")
    return _context(info).amount(text)


def _whole(value: object, *, least: int, most: int | None = None) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadValueError("is not a whole number")
    return whole(str(value), least=least, **({} if most is None else {"most": most}))


def _currency(value: object, info: ValidationInfo) -> str:
    currency = _context(info).currency
    if _text(value, str) != currency:
        raise BadValueError(f"is not the shop's currency, {currency}")
    return currency


def _title(value: object, info: ValidationInfo) -> str | None:
    shown = _text(value, title)
    if shown is not None and len(str(value).strip()) > LONGEST_TEXT:
        _context(info).notes.tell(CUT)
    return shown


def _kind(value: object) -> str:
    if value not in ("return", "cancel", "edit"):
        raise BadValueError("is neither return, cancel nor edit")
    return str(value)


def listed(value: object) -> object:
    """A list.

    Raises:
        BadValueError: anything else.
    """
    if not isinstance(value, list):
        raise BadValueError("is not a list")
    return value


def not_empty(value: object) -> object:
    """A list with something in it.

    Raises:
        BadValueError: an empty one, or none.
    """
    if listed(value) == []:
        raise BadValueError("is empty")
    return value


_DECIMAL: Final = {"type": "string", "examples": ["12.50"], "description": "In major units."}

Identity = Annotated[
    str,
    BeforeValidator(partial(_text, convert=identity)),
    WithJsonSchema({"type": "string", "maxLength": 255}),
]
OptionalIdentity = Annotated[str | None, BeforeValidator(partial(_text, convert=identity))]
OptionalWords = Annotated[str | None, BeforeValidator(partial(_text, convert=words))]
Title = Annotated[str | None, BeforeValidator(_title)]
CurrencyCode = Annotated[str, BeforeValidator(_currency)]
RefundKindName = Annotated[
    str,
    BeforeValidator(_kind),
    WithJsonSchema({"enum": ["return", "cancel", "edit"]}),
]
Moment = Annotated[AwareDatetime, BeforeValidator(partial(_text, convert=instant))]
OptionalMoment = Annotated[AwareDatetime | None, BeforeValidator(partial(_text, convert=instant))]
Amount = Annotated[int, BeforeValidator(_amount), WithJsonSchema(_DECIMAL)]
OptionalAmount = Annotated[int | None, BeforeValidator(_amount), WithJsonSchema(_DECIMAL)]
Sold = Annotated[
    int,
    BeforeValidator(partial(_whole, least=1)),
    WithJsonSchema({"type": "integer", "minimum": 1}),
]
Returned = Annotated[
    int,
    BeforeValidator(partial(_whole, least=0)),
    WithJsonSchema({"type": "integer", "minimum": 0}),
]
OnHand = Annotated[
    int,
    BeforeValidator(partial(_whole, least=-_MOST_ON_HAND, most=_MOST_ON_HAND)),
    WithJsonSchema({"type": "integer"}),
]
