"""The columns of our own files, and how their cells are read."""

from collections.abc import Callable
from functools import partial

from common.http.wording import Wording
from common.reports.money import currency_exponent
from ingest.csv.damaged_ids import DamagedIds
from ingest.csv.notes import CUT, Notes
from ingest.csv.records import Record
from ingest.csv.values import (
    LONGEST_TEXT,
    BadValueError,
    Remembered,
    amounts,
    identity,
    instant,
    optional_identity,
    optional_instant,
    title,
    truth,
    whole,
    words,
)
from ingest.formats.cells import sold_in

_MOST = 10**15


class OwnRecords:
    """The records of a shop that sells in ``currency`` (ISO 4217); what is cut is noted."""

    def __init__(self, currency: str, notes: Notes) -> None:
        self._sold_in, self._notes = sold_in(currency), notes
        exponent = currency_exponent(currency)
        self._amount = Remembered(amounts(exponent)).__getitem__
        self._amount_or_zero = Remembered(amounts(exponent, empty=0)).__getitem__
        self._cost = Remembered(lambda text: amounts(exponent)(text) if text else None).__getitem__
        self._words = Remembered(words).__getitem__
        self._title = Remembered(self._shown).__getitem__

    def order(self) -> Record:
        """The order's columns of orders.csv."""
        return Record(
            {
                "order_id": identity,
                "placed_at": optional_instant,
                "paid_at": optional_instant,
                "currency": Remembered(self._currency_code).__getitem__,
                "channel": self._words,
                "customer_id": optional_identity,
                "country": self._words,
                "region": self._words,
                "coupon_code": self._words,
                "order_discount": self._amount_or_zero,
                "shipping": self._amount_or_zero,
                "tax": self._amount_or_zero,
            }
        )

    def line(self) -> Record:
        """The line's columns of orders.csv."""
        return Record(
            {
                "line_id": Remembered(identity).__getitem__,
                "product_id": Remembered(identity).__getitem__,
                "product_title": self._title,
                "category": self._words,
                "quantity": Remembered(partial(whole, least=1)).__getitem__,
                "unit_price": self._amount,
                "line_discount": self._amount_or_zero,
                "gift_card": Remembered(truth).__getitem__,
            }
        )

    def refund(self) -> Record:
        """The columns of refunds.csv."""
        return Record(
            {
                "refund_id": self._id("refund_id"),
                "order_id": self._id("order_id"),
                "line_id": self._id("line_id", optional_identity),
                "processed_at": instant,
                "kind": Remembered(_kind).__getitem__,
                "quantity": Remembered(_pieces).__getitem__,
                "amount": self._amount_or_zero,
                "shipping": self._amount_or_zero,
                "tax": self._amount_or_zero,
            }
        )

    def product(self) -> Record:
        """The columns of products.csv."""
        return Record(
            {
                "product_id": self._id("product_id"),
                "title": self._shown,
                "sku": words,
                "category": self._words,
                "unit_cost": self._cost,
            }
        )

    def stock(self) -> Record:
        """The columns of stock.csv."""
        return Record(
            {
                "product_id": self._id("product_id"),
                "counted_at": instant,
                "on_hand": partial(whole, least=-_MOST, most=_MOST),
            }
        )

    def _id(
        self, column: str, convert: Callable[[str], str | None] = identity
    ) -> Callable[[str], str | None]:
        """The converter of an id, which says of one that a spreadsheet rounded it."""
        damaged = DamagedIds(column, self._notes)

        def said(text: str) -> str | None:
            found = convert(text)
            damaged.tell(found or "")
            return found

        return said

    def _shown(self, text: str) -> str | None:
        if len(text.strip()) > LONGEST_TEXT:
            self._notes.tell(CUT)
        return title(text)

    def _currency_code(self, text: str) -> str:
        if not text:
            raise BadValueError(Wording("is empty"))
        return self._sold_in(text)


def _kind(text: str) -> str:
    if text not in {"", "return", "cancel", "edit"}:
        raise BadValueError("is neither return, cancel nor edit")
    return text or "return"


def _pieces(text: str) -> int:
    return whole(text, least=0) if text else 0
