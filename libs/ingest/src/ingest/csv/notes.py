"""Import warnings: what was not taken as it stood, and how it was taken; told in the summary."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from common.reports.money import currency_exponent, decimal_text

FUTURE = "is dated later than now"
ROUNDED = "an id of it was rounded by a spreadsheet; taken as it is: export again, ids as text"
CUT = "titles of more than 2000 characters were cut"
EXAMPLES = 3
"""How many of the orders that a remark is about are named."""


@dataclass(slots=True)
class _Remark:
    count: int = 0
    last: str | None = None
    amount: int | None = None
    examples: list[str] = field(default_factory=list)


class Notes:
    """Counts by remark, with the first orders it was about; amounts are in ``currency``.

    Remarks are the readers' own sentences: there are few, however many orders they are about.
    """

    def __init__(self, currency: str = "EUR") -> None:
        self._currency = currency
        self._about: dict[str, _Remark] = {}
        self._files: dict[str, None] = {}

    def add(self, remark: str, order: str, amount: int | None = None) -> None:
        """Note ``remark`` about an order, and the amount that it is about in minor units.

        What is noted again of the same order, before another one, is one order.
        """
        about = self._about.setdefault(remark, _Remark())
        if amount is not None:
            about.amount = (about.amount or 0) + amount
        if order == about.last:
            return
        about.count, about.last = about.count + 1, order
        if len(about.examples) < EXAMPLES:
            about.examples.append(order)

    def add_all(self, remark: str, first: Iterable[str], count: int) -> None:
        """Note ``remark`` about ``count`` orders, of which ``first`` are those that came first."""
        if count:
            about = self._about.setdefault(remark, _Remark())
            about.count += count
            about.examples = [*about.examples, *first][:EXAMPLES]

    def tell(self, sentence: str) -> None:
        """Note what is about a whole file."""
        self._files[sentence] = None

    def lines(self) -> tuple[str, ...]:
        """A sentence a remark: how many orders, which ones, how much, and what; then the files'."""
        orders = (
            f"{about.count} {'order' if about.count == 1 else 'orders'}"
            f" ({', '.join(about.examples)}{', …' if about.count > len(about.examples) else ''}):"
            f" {remark}{self._sum(about.amount)}"
            for remark, about in self._about.items()
        )
        return (*orders, *self._files)

    def _sum(self, amount: int | None) -> str:
        if amount is None:
            return ""
        return f" ({decimal_text(amount, currency_exponent(self._currency))} {self._currency})"
