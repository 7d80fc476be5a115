"""Orders whose state says that they are no sale, before their other cells are looked at.

Such an order is left out whatever else it holds: a draft without a date, an order in a currency
that was only tried. None of it may keep the orders that were sold from being imported.
"""

from datetime import UTC, datetime

from ingest.formats.woocommerce.cell_values import UNSOLD, status_of
from ingest.formats.woocommerce.order import Head, Order
from ingest.formats.woocommerce.reconcile import Sums

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_NO_SUMS = Sums(None, None, 0, 0, 0, 0, None, 0)


def unsold(position: int, number: str, state: str) -> Order | None:
    """An order that was not sold, with nothing but its ``number`` and ``state``; None if it was."""
    if status_of(state) not in UNSOLD:
        return None
    nothing = (None,) * 5
    return Order(
        Head(position, number, state, _NO_TIME, None, None, *nothing, _NO_SUMS),
        (),
    )
