"""Orders of orders.csv whose lines are looked at together: gift cards, and tax in the prices.

Their lines stand together; an order whose lines do not is refused, for its tax could not be taken
out of all of them. Read row by row, so no Arrow is loaded.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

from ingest.csv.notes import Notes
from ingest.formats.order_rows import TaxBeyondPricesError, without_cards, without_tax
from ingest.formats.own.order_lines import OrderLines
from ingest.rows import OrderLineRow

_ORDER_ID: Final = itemgetter(1)


class WholeOrders:
    """Takes the lines that ``lines`` has read, by orders."""

    def __init__(
        self,
        lines: OrderLines,
        notes: Notes,
        *,
        prices_include_tax: bool,
        gift_cards_are_sales: bool,
    ) -> None:
        self._lines, self._notes = lines, notes
        self._prices_include_tax = prices_include_tax
        self._gift_cards_are_sales = gift_cards_are_sales
        self._seen: set[int] = set()

    def of(self, rows: Iterable[OrderLineRow]) -> Iterator[OrderLineRow]:
        """The lines as the ledger takes them: without tax in their prices."""
        for order_id, together in groupby(rows, _ORDER_ID):
            yield from self._of_order(order_id, list(together))

    def _of_order(self, order_id: str, rows: list[OrderLineRow]) -> list[OrderLineRow]:
        table, first = self._lines.table, rows[0]
        cards = {row.position for row in rows if row.position in self._lines.cards}
        self._lines.cards -= cards
        if not self._gift_cards_are_sales:
            rows = without_cards(rows, cards, self._notes)
        if self._prices_include_tax:
            known = hash(order_id)
            if known in self._seen:
                reason = "is an order of earlier lines: with tax in the prices they stand together"
                table.fault(first.position, reason, "order_id", order_id)
                return []
            self._seen.add(known)
            try:
                rows = without_tax(rows)
            except TaxBeyondPricesError as error:
                table.fault(first.position, str(error), "tax")
                return []
        return rows
