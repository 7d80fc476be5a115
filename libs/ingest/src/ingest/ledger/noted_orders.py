"""Import warnings of a load: of how many orders one is, and what the first of these are called."""

from dataclasses import dataclass
from typing import Final

from ingest.csv.notes import EXAMPLES
from ingest.ledger.temporary_tables import Cursor


@dataclass(frozen=True, slots=True)
class NotedOrders:
    """How many ``orders``, and the ``first`` of them by name."""

    orders: int = 0
    first: tuple[str, ...] = ()


NONE_NOTED: Final = NotedOrders()


def noted(cursor: Cursor, found: str, *, by: str = "order_id") -> NotedOrders:
    """The orders of a staged table, or of what of it ``found`` takes; the first are so ``by``."""
    query = f"SELECT count(*), (array_agg(order_id ORDER BY {by}))[:{EXAMPLES}] FROM {found}"  # noqa: S608 - our own tables and columns
    orders, first = cursor.execute(query).fetchone() or (0, None)
    return NotedOrders(orders, tuple(first or ()))
