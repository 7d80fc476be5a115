"""Margins: what goods bring beside what they cost, of those whose cost is known."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

from common.reports.money import WHOLE


class Earned(NamedTuple):
    """Net sales and the cost of the units kept, both in minor units, of some days."""

    net: int = 0
    cost: int = 0

    @property
    def profit(self) -> int:
        """Net sales less the cost."""
        return self.net - self.cost

    @property
    def margin(self) -> Fraction | None:
        """Profit of net sales in hundredths of a percent; None where those are not positive."""
        return Fraction(self.profit * WHOLE, self.net) if self.net > 0 else None

    def __sub__(self, other: "Earned") -> "Earned":
        return Earned(self.net - other.net, self.cost - other.cost)


class WindowEarned(NamedTuple):
    """Of the window, and of the days compared with."""

    now: Earned = Earned()
    previous: Earned = Earned()

    def __sub__(self, other: "WindowEarned") -> "WindowEarned":
        return WindowEarned(self.now - other.now, self.previous - other.previous)


_NOTHING: Final = WindowEarned()


class ProductEarned(NamedTuple):
    """A product whose cost is known."""

    product_id: str
    title: str
    earned: WindowEarned


@dataclass(frozen=True, slots=True)
class Margins:
    """The products of a shop whose cost is known, of those that sold or came back.

    ``front`` are those of the greatest profit, of ``count`` in all, and ``whole`` what all of these
    earned. ``covered`` are the positive net sales of products whose cost is known, ``positive``
    those of all, in the window and in the days compared with; ``unknown`` is of how many products
    units were sold or reversed and no cost is known, in either.
    """

    front: tuple[ProductEarned, ...] = ()
    count: int = 0
    whole: WindowEarned = _NOTHING
    covered: tuple[int, int] = (0, 0)
    positive: tuple[int, int] = (0, 0)
    unknown: tuple[int, int] = (0, 0)
