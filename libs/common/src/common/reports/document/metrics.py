"""The vocabulary: every figure a report shows, named and defined once.

A definition feeds the page's tooltips, the CSV's column reference and the specification.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from common.reports.document.changes import Change, change_of
from common.reports.money import Exact, change, difference


class Unit(StrEnum):
    """What a figure counts, and thereby how its integer is scaled and shown."""

    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    POINTS = "points"
    RATE = "rate"
    RANK = "rank"
    DATE = "date"
    TEXT = "text"


class Better(StrEnum):
    """Which direction of change is good news; a figure without one is neutral."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Revision:
    """A change of a definition: since which day it is reckoned so, and what was so before."""

    since: str
    before: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A named quantity. ``key`` is its CSV column, ``definition`` one sentence on what it means.

    ``revisions`` are the earlier definitions, the oldest first: a document keeps the figures that
    were reckoned by them.
    """

    key: str
    label: str
    unit: Unit
    definition: str
    better: Better | None = None
    shown_negative: bool = False
    """Whether the amount is a reduction, shown negative: it grows as the figure falls."""
    signed: bool = False
    """Whether it is a difference by nature, as often below 0 as above: it is never compared."""
    revisions: tuple[Revision, ...] = ()

    @property
    def version(self) -> int:
        """How many definitions the figure has had."""
        return 1 + len(self.revisions)

    def compare(self, value: Exact | None, previous: Exact | None) -> int | None:
        """The cell of ``change()``, from unrounded values: percent, or points of a percentage."""
        if value is None or previous is None or self.signed:
            return None
        if self.unit is Unit.PERCENT:
            return difference(value, previous)
        if self.shown_negative:
            return change(-value, -previous)
        return change(value, previous)

    def change_of(self, value: Exact | None, previous: Exact | None) -> Change | None:
        """The change as it is told; of a reduction, that of its size. None where none is told."""
        if value is None or previous is None or self.signed:
            return None
        return change_of(*self._sized(value, previous), in_points=self.unit is Unit.PERCENT)

    def previous(self) -> "Figure":
        """The same quantity in the days compared with."""
        return replace(
            self,
            key=f"previous_{self.key}",
            label=f"{self.label}, before",
            definition=f"{self.label} in the days compared with, of the same weekdays.",
            better=None,
            revisions=(),
        )

    def change(self) -> "Figure":
        """The change of the quantity from the days compared with: in percent, or in points."""
        what = f"{'Growth' if self.shown_negative else 'Change'} of {self.label.lower()}"
        if self.unit is Unit.PERCENT:
            return Figure(
                key=f"{self.key.removesuffix('_percent')}_change_points",
                label=f"{self.label}, change",
                unit=Unit.POINTS,
                definition=f"{what} from the days compared with, in percentage points.",
                better=self.better,
            )
        return Figure(
            key=f"{self.key}_change_percent",
            label=f"{self.label}, change",
            unit=Unit.PERCENT,
            definition=(
                f"{what} from the days compared with, in percent; empty when it started from 0,"
                " from less, or from under a hundredth of now."
            ),
            better=self.better,
        )

    def _sized(self, value: Exact, previous: Exact) -> tuple[Exact, Exact]:
        return (-value, -previous) if self.shown_negative else (value, previous)


DAY = Figure("date", "Date", Unit.DATE, "Calendar day in the shop's time zone.")
GROSS = Figure(
    "gross_sales",
    "Gross sales",
    Unit.MONEY,
    "Price × quantity of everything sold, before discounts, without tax and shipping.",
    Better.UP,
)
DISCOUNTS = Figure(
    "discounts",
    "Discounts",
    Unit.MONEY,
    "Line discounts and the order discounts spread over the lines, taken off gross sales.",
)
RETURNS = Figure(
    "returns",
    "Sales reversals",
    Unit.MONEY,
    "Value of goods returned, cancelled or taken out of paid orders by an edit, on the day it was"
    " processed, without tax and shipping; below 0 where it stands alone.",
    Better.DOWN,
    shown_negative=True,
)
RETURNED = Figure(
    "reversals_returned",
    "Returns",
    Unit.MONEY,
    "Of the sales reversals, the value of goods that came back from a customer; below 0 where it"
    " stands alone.",
    Better.DOWN,
    shown_negative=True,
)
CANCELLED = Figure(
    "reversals_cancelled",
    "Cancellations",
    Unit.MONEY,
    "Of the sales reversals, the value of paid orders that were called off; no return, for nothing"
    " came back. Below 0 where it stands alone.",
    Better.DOWN,
    shown_negative=True,
)
EDITED = Figure(
    "reversals_edited",
    "Edits",
    Unit.MONEY,
    "Of the sales reversals, the value of what was taken out of paid orders by changing them; below"
    " 0 where it stands alone.",
    Better.DOWN,
    shown_negative=True,
)
NET = Figure(
    "net_sales",
    "Net sales",
    Unit.MONEY,
    "Gross sales less discounts and sales reversals.",
    Better.UP,
)
SHIPPING = Figure(
    "shipping", "Shipping", Unit.MONEY, "Shipping charged, less shipping refunded.", None
)
TAX = Figure("tax", "Tax", Unit.MONEY, "Tax charged, less tax refunded.", None)
TOTAL = Figure(
    "total_sales", "Total sales", Unit.MONEY, "Net sales plus shipping plus tax.", Better.UP
)
ORDERS = Figure(
    "orders", "Orders", Unit.COUNT, "Orders paid; an order counts when it is paid.", Better.UP
)
AOV = Figure(
    "average_order_value",
    "Average order value",
    Unit.MONEY,
    "Gross sales less discounts, divided by orders; empty without orders.",
    Better.UP,
)
UNITS_SOLD = Figure("units_sold", "Units sold", Unit.COUNT, "Items sold.", Better.UP)
UNITS_RETURNED = Figure(
    "units_returned",
    "Units reversed",
    Unit.COUNT,
    "Items returned, cancelled or taken out of paid orders by an edit, on the day it was"
    " processed.",
    Better.DOWN,
)
REFUND_RATE = Figure(
    "refund_rate_percent",
    "Reversed per 100 sold",
    Unit.PERCENT,
    "Items returned, cancelled or edited out in these days per 100 sold in them, whenever they"
    " were sold; empty when none was sold.",
    Better.DOWN,
    revisions=(
        Revision("2026-11-28", "Called refund rate; its change was a percent of a percentage."),
    ),
)
COME_BACK = Figure(
    "come_back_rate_percent",
    "Of 100 sold, reversed until now",
    Unit.PERCENT,
    "Of 100 items sold in these days, those returned, cancelled or edited out until now; it grows"
    " as more are, so it is not compared. Empty when none was sold.",
    Better.DOWN,
    signed=True,
)
