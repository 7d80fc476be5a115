"""What a report's query asks for: a shop's sums by day and by product, wherever they come from.

Two answers exist and must be equal: ``ledger`` sums the events, ``rollups`` the kept sums.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from common.reports.totals.products import ProductTotals
from common.reports.totals.totals import Totals


class EmptyDays(NamedTuple):
    """Whole days with nothing on hand, of the window and of the previous one."""

    now: int = 0
    previous: int = 0


class Sales(Protocol):
    """The sums of one scope: its window and the previous one."""

    def by_day(self) -> tuple[tuple[Totals, ...], tuple[Totals, ...]]:
        """The totals of each day of the window, and of each day of the previous one, in order."""
        ...

    def by_product(self) -> tuple[ProductTotals, ...]:
        """Every product of the shop with its totals in both windows, in no particular order."""
        ...

    def on_hand(self) -> Mapping[str, int]:
        """Pieces on hand by product id, as last counted before the window's end; see ``stock``."""
        ...

    def empty_days(self) -> Mapping[str, EmptyDays]:
        """Whole days without stock by product id, of products that had some; see ``stock``."""
        ...
