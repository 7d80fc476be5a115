"""How WooCommerce exporters write amounts, states and lists within a cell."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from common.http.wording import Wording
from ingest.csv.values import BadValueError, amounts, whole
from ingest.formats.money_back import back_called
from ingest.formats.woocommerce.state_words import STATES

BACK: Final = frozenset({"refunded", "partially-refunded"})
SOLD: Final = BACK | {"completed", "processing"}
UNSOLD: Final = frozenset(
    {"pending", "on-hold", "failed", "cancelled", "checkout-draft", "auto-draft", "trash"}
)
_ON_DELIVERY: Final = frozenset(
    {
        *("cod", "cash-on-delivery", "nachnahme", "per-nachnahme", "paiement-à-la-livraison"),
        *("contra-reembolso", "contrareembolso", "pagamento-alla-consegna", "contrassegno"),
        *("rembours", "za-pobraniem", "płatność-przy-odbiorze", "pagamento-na-entrega"),
    }
)
"""The platform's name of what is paid when it comes, and what it is called where it is chosen."""
_BETWEEN: Final = re.compile(r"[\s_-]+")
_FLOAT: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,1074})?([eE][-+]?[0-9]{1,3})?")
"""A number as PHP writes a float: ``1.4210854715202E-14``, or all the decimals one can have."""
_MEASURED: Final = re.compile(r"[0-9]{1,12}\.[0-9]{1,12}")
_MOST_DIGITS: Final = 18
"""Of the whole units of an amount; more are not computed with."""


def on_delivery(method: str | None) -> bool:
    """Whether a way to pay is the platform's cash on delivery: its orders are told as paid last."""
    return _BETWEEN.sub("-", (method or "").strip().lower()) in _ON_DELIVERY


def status_of(text: str | None) -> str:
    """A state of an order by WooCommerce's own name, as ``on-hold``."""
    written = unicodedata.normalize("NFC", text or "")
    plain = _BETWEEN.sub("-", written.strip().lower()).removeprefix("wc-")
    known = STATES.get(plain, plain)
    return known if known in SOLD | UNSOLD else back_called(plain, "partially-refunded") or known


def rounding(exponent: int) -> Callable[[str], int | None]:
    """The converter of signed amounts that may have more decimals than the currency: rounded.

    None where the cell is empty.
    """
    exact = amounts(exponent, signed=True, by_program=True)

    def convert(text: str) -> int | None:
        text = text.strip()
        if not text:
            return None
        try:
            return exact(text)
        except BadValueError:
            if _FLOAT.fullmatch(text) is None:
                raise
            number = Decimal(text)
            if number.adjusted() >= _MOST_DIGITS:
                raise BadValueError(Wording("is too large")) from None
            return exact(format(number.quantize(Decimal(1).scaleb(-exponent), ROUND_HALF_UP), "f"))

    return convert


def quantity_of(text: str) -> int | Decimal:
    """A quantity: pieces, or the decimal of what plug-ins sell by weight or by length.

    Raises:
        BadValueError: it is neither.
    """
    try:
        return whole(text, least=0)
    except BadValueError:
        if _MEASURED.fullmatch(text.strip()) is None:
            raise
        number = Decimal(text)
        units = whole(str(int(number)), least=0)
        return units if number == units else number


def signed(
    convert: Callable[[str], int | Decimal | None],
) -> Callable[[str], int | Decimal | None]:
    """``convert`` of what may be below nothing too."""

    def converted(text: str) -> int | Decimal | None:
        plain = text.strip()
        if not plain.startswith(("-", "−")):
            return convert(text)
        number = convert(plain[1:])
        return None if number is None else -number

    return converted


def pieces(quantity: int | Decimal) -> tuple[int, bool]:
    """How many pieces a quantity is, and whether it is one that was measured."""
    return (quantity, False) if isinstance(quantity, int) else (1, True)


def fields(cell: str) -> dict[str, str]:
    """The parts of ``name:Mug|sku:M-1|quantity:2``; a bar in a name does not end it."""
    parts: dict[str, str] = {}
    last = None
    for part in cell.split("|"):
        name, colon, value = part.partition(":")
        if colon and name.strip().isidentifier() and name.strip() not in parts:
            last = name.strip()
            parts[last] = value
        elif last is not None:
            parts[last] += f"|{part}"
    return {name: value.strip() for name, value in parts.items()}


def refunds_in(
    cell: str, amount: Callable[[str], int | None], at: Callable[[str], datetime | None]
) -> tuple[int, datetime | None, bool]:
    """What ``amount:5.00|reason:|date:2026-03-04 09:00:00``, or several of it, comes to, when the
    last was, and whether another was at another time, or at none that is told.

    Each begins with the name that the first does: a semicolon may stand in a reason, or behind all.
    What paid nothing back, as of goods put back on stock, is none.

    Raises:
        BadValueError: an amount or a time is none.
    """
    whole, times = 0, set()
    for each in _several(cell):
        parts = fields(each.rstrip("; \t"))
        back = abs(amount(parts.get("amount", "")) or 0)
        if back:
            whole += back
            times.add(at(parts.get("date", "")))
    last = max((when for when in times if when is not None), default=None)
    return whole, last, len(times) > 1


def _several(cell: str) -> list[str]:
    """The pieces of ``amount:5.00|reason:late; broken;amount:1.00``: each begins as the first."""
    pieces: list[str] = []
    first = cell.partition(":")[0].strip()
    for part in cell.split(";"):
        if pieces and part.partition(":")[0].strip() != first:
            pieces[-1] += f";{part}"
        else:
            pieces.append(part)
    return pieces
