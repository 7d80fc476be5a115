"""The vocabulary: every figure a report shows, named and defined once.

A definition feeds the page's tooltips, the CSV's column reference and the specification.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from common.reports.money import change


class Unit(StrEnum):
    """What a figure counts, and thereby how its integer is scaled and shown."""

    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    RATE = "rate"
    RANK = "rank"
    DATE = "date"
    TEXT = "text"


class Better(StrEnum):
    """Which direction of change is good news; a figure without one is neutral."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Figure:
    """A named quantity. ``key`` is its CSV column, ``definition`` one sentence on what it means."""

    key: str
    label: str
    unit: Unit
    definition: str
    better: Better | None = None
    shown_negative: bool = False
    """Whether the amount is a reduction, shown negative: it grows as the figure falls."""

    def compare(self, value: int | None, previous: int | None) -> int | None:
        """The change from ``previous`` (see ``money.change``); of a reduction, its growth."""
        if self.shown_negative and value is not None and previous is not None:
            return change(-value, -previous)
        return change(value, previous)

    def previous(self) -> "Figure":
        """The same quantity in the previous window."""
        return replace(
            self,
            key=f"previous_{self.key}",
            label=f"{self.label}, previous",
            definition=f"{self.label} in the previous window of equal length.",
            better=None,
        )

    def change(self) -> "Figure":
        """The change of the quantity against the previous window, in percent."""
        return Figure(
            key=f"{self.key}_change_percent",
            label=f"{self.label}, change",
            unit=Unit.PERCENT,
            definition=(
                f"{'Growth' if self.shown_negative else 'Change'} of {self.label.lower()} against"
                " the previous window, in percent of it; empty when that was 0."
            ),
            better=self.better,
        )


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
    "Returns",
    Unit.MONEY,
    "Value of goods returned or cancelled on the day it was processed, without tax and shipping,"
    " shown negative.",
    Better.DOWN,
    shown_negative=True,
)
NET = Figure(
    "net_sales", "Net sales", Unit.MONEY, "Gross sales less discounts and returns.", Better.UP
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
    "Gross sales less discounts, divided by orders, rounded half even; empty without orders.",
    Better.UP,
)
UNITS_SOLD = Figure("units_sold", "Units sold", Unit.COUNT, "Items sold.", Better.UP)
UNITS_RETURNED = Figure(
    "units_returned",
    "Units returned",
    Unit.COUNT,
    "Items returned or cancelled, on the day it was processed.",
    Better.DOWN,
)
REFUND_RATE = Figure(
    "refund_rate_percent",
    "Refund rate",
    Unit.PERCENT,
    "Units returned or cancelled in percent of the units sold in the window; empty when none was"
    " sold.",
    Better.DOWN,
)
