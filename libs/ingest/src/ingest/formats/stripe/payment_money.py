"""What was paid, paid back and lost of a payment, in the shop's currency.

Where the buyer paid in another, the converted columns have it. What they leave out is known where
all went back, as all that was converted did; a part was converted at a rate that is not told.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from common.http.wording import Wording
from common.reports.money import UnsupportedCurrencyError, currency_exponent
from ingest.csv.table import Table
from ingest.csv.values import BadValueError, amounts
from ingest.formats.stripe.columns import PaymentColumns

_MOST_DECIMALS: Final = 3


def _or_none(read: Callable[[str], int], cell: str) -> int | None:
    try:
        return abs(read(cell))
    except BadValueError:
        return None


class Money(NamedTuple):
    """In minor units. ``refunded`` is None where it is told that something went back, and not how
    much of the shop's currency; ``lost``, of a dispute that was lost, likewise.
    """

    amount: int
    refunded: int | None
    lost: int | None


class PaymentMoney:
    """Reads it in a shop's ``currency``; ``converted`` counts payments that were in another."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        exponent = currency_exponent(currency)
        self._required = amounts(exponent, signed=True)
        self._optional = amounts(exponent, empty=0, signed=True)
        self.converted = 0

    def is_converted(self, row: PaymentColumns) -> bool:
        """Whether it was paid in another currency than the shop's."""
        return row.currency.upper() != self._currency

    def is_unconverted(self, row: PaymentColumns) -> bool:
        """Whether it was, and is not told in the shop's: neither how much nor of another one."""
        others = row.converted_currency.upper() not in {"", self._currency}
        return self.is_converted(row) and not row.converted and not others

    def refuse_unconverted(self, table: Table, position: int, cell: str) -> None:
        """Note that a file has payments of that kind alone, by the first of them."""
        reason = f"is empty: what was paid in {self._currency} is not known"
        table.fault(position, reason, "Converted Amount", cell)

    def of(self, table: Table, position: int, row: PaymentColumns, *, lost: bool) -> Money | None:
        """A row's money; None, with the reason noted, where it has none.

        ``lost`` says that a dispute over it was.
        """
        if not self.is_converted(row):
            return self._own(table, position, row, lost=lost)
        if row.converted_currency.upper() != self._currency:
            reason = Wording("is not the shop's currency, %(currency)s", currency=self._currency)
            table.fault(position, reason, "Currency", row.currency)
            return None
        self.converted += 1
        return self._converted(table, position, row, lost=lost)

    def in_theirs(self, row: PaymentColumns) -> tuple[int | None, int | None, int | None]:
        """Amount, refunded and disputed in the buyer's currency; None of what cannot be read."""
        try:
            exponent = currency_exponent(row.currency.upper())
        except UnsupportedCurrencyError:
            exponent = _MOST_DECIMALS
        read = amounts(exponent, empty=0, signed=True)
        paid, back, disputed = (
            _or_none(read, cell) for cell in (row.amount, row.refunded, row.disputed)
        )
        return paid, back, disputed

    def _own(self, table: Table, position: int, row: PaymentColumns, *, lost: bool) -> Money | None:
        found = self._read(
            *(table, position),
            {
                "Amount": row.amount,
                "Amount Refunded": row.refunded,
                "Disputed Amount": row.disputed,
            },
        )
        if found is None:
            return None
        amount, refunded, disputed = found[0], abs(found[1]), abs(found[2])
        known = disputed > 0 or refunded >= amount or not lost
        return Money(amount, refunded, (disputed if lost else 0) if known else None)

    def _converted(
        self, table: Table, position: int, row: PaymentColumns, *, lost: bool
    ) -> Money | None:
        cells = {
            "Converted Amount": row.converted,
            "Converted Amount Refunded": row.converted_refunded,
        }
        found = self._read(table, position, cells)
        if found is None:
            return None
        amount, refunded = found[0], abs(found[1])
        paid, back, disputed = self.in_theirs(row)
        told: int | None = refunded
        if back is None or (back and not refunded):
            told = amount if paid and back and back >= paid else refunded or None
        if not lost or told == amount:
            return Money(amount, told, 0)
        if paid and disputed and disputed >= paid - (back or 0):
            rest = max(amount - refunded, 0)  # whatever of it was the refund's
            return Money(amount, refunded, rest)
        return Money(amount, told, None)

    def _read(self, table: Table, position: int, cells: dict[str, str]) -> list[int] | None:
        """The amounts of some columns, of which the first is needed; what is wrong is noted."""
        found: list[int] = []
        for number, (column, cell) in enumerate(cells.items()):
            try:
                found.append((self._optional if number else self._required)(cell))
            except BadValueError as error:
                table.fault(position, str(error), column, cell)
        return found if len(found) == len(cells) else None
