"""What a report's query asks for: a shop's sums by a dimension, wherever they come from.

Two answers exist and must be equal: ``from_ledger`` sums the events, ``from_rollups`` kept sums.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, NamedTuple, Protocol

from common.reports.model import Scope
from common.reports.sales.catalogue import HELD, Catalogue
from common.reports.sales.dimensions import Dimension, K
from common.reports.totals.margins import Margins
from common.reports.totals.products import ProductTotals
from common.reports.totals.reversals import Reversals
from common.reports.totals.totals import Totals, WindowTotals

MARGINS_SHOWN: Final = 25
"""The products by name whose margins are told."""


class EmptyDays(NamedTuple):
    """Whole days with nothing on hand, of those known of the window and of the previous one."""

    now: int = 0
    previous: int = 0


class Uncovered(NamedTuple):
    """Units sold in the window and in the previous one on days that are not known whole."""

    now: int = 0
    previous: int = 0


class Stock(NamedTuple):
    """Pieces on hand at the window's end, and when they were last counted.

    The pieces are None where that was too long ago, where more was sold since than there were, or
    where sales up to the window's end are not known.
    """

    pieces: int | None
    counted_at: datetime


class Sales(Protocol):
    """The sums of one scope: its window and the previous one, which need not adjoin."""

    @property
    def scope(self) -> Scope:
        """Whose sales, over which windows."""
        ...

    def totals(self, by: Dimension[K]) -> Mapping[K | None, WindowTotals]:
        """The sums of both windows by the dimension's key; a key without events is left out.

        Under None are the events that have no such key. The sums of all keys are those of the
        whole, less what the dimension leaves out; see ``Dimension``.
        """
        ...

    def lead(self, days: int) -> Mapping[date, Totals]:
        """The sums of so many days right before the window, a week of them at most, by day.

        A day without events is left out.
        """
        ...

    def last_year(self) -> Totals | None:
        """The whole shop over the same weekdays a year ago; None where sales begin after that."""
        ...

    def reversals(self) -> Mapping[date, Reversals]:
        """The sales reversals of each day of both windows by kind; a day may be left out."""
        ...

    def come_back(self) -> Mapping[str, int]:
        """Units by product id of what was sold in the window and has been reversed until now.

        A product of which nothing has been may be left out.
        """
        ...

    def products(self) -> tuple[ProductTotals, ...]:
        """Every product of the shop, sold or not, with its totals, in no particular order.

        The sums by ``PRODUCT`` and what the shop says of each product, read as one.
        """
        ...

    def catalogue(self, *, larger_than: int = HELD) -> Catalogue | None:
        """The same as ``products`` by net sales and read in pieces; None where there are no more.

        Read it while the sums' transaction lasts.
        """
        ...

    def margins(self, front: int = MARGINS_SHOWN) -> Margins:
        """What products earn whose cost is known, ``front`` of them by name; see ``Margins``."""
        ...

    def on_hand(self) -> Mapping[str, Stock]:
        """What is on hand at the window's end by product id, of those counted; see ``stock``."""
        ...

    def empty_days(self) -> Mapping[str, EmptyDays]:
        """Whole days without stock by product id, of products that had some; see ``stock``."""
        ...

    def uncovered(self) -> Mapping[str, Uncovered]:
        """Units by product id of the day on which sales last came in, before it was over."""
        ...
