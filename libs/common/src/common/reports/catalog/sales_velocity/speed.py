"""Products by how fast they sell while they are there to be sold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from common.reports.catalog.sales_velocity.pace import per_day
from common.reports.money import change
from common.reports.sales.protocol import EmptyDays
from common.reports.totals.products import ProductTotals

_ALWAYS_THERE = EmptyDays()


@dataclass(frozen=True, slots=True)
class Paced:
    """A product with its days in stock, of the window and of the previous one."""

    product: ProductTotals
    days: int
    previous_days: int

    @property
    def sold(self) -> bool:
        """Whether any unit was sold, in either window."""
        return bool(self.product.totals.units_sold or self.product.previous.units_sold)

    @property
    def per_day(self) -> int | None:
        """Units sold a day in stock, as a rate; None when it never was."""
        return per_day(self.product.totals.units_sold, self.days)

    @property
    def previous_per_day(self) -> int | None:
        """The same in the previous window."""
        return per_day(self.product.previous.units_sold, self.previous_days)

    @property
    def change(self) -> int | None:
        """From one pace to the other, from the units themselves; see ``money.change``."""
        if not (self.days and self.previous_days):
            return None
        return change(
            self.product.totals.units_sold * self.previous_days,
            self.product.previous.units_sold * self.days,
        )


def fastest(
    products: Iterable[ProductTotals], empty_days: Mapping[str, EmptyDays], days: int
) -> tuple[Paced, ...]:
    """The products by units a day in stock, highest first, ties by id; last those never there.

    ``days`` are those of either window.
    """
    paced = []
    for product in products:
        empty = empty_days.get(product.product_id, _ALWAYS_THERE)
        paced.append(
            Paced(
                product,
                _in_stock(days, empty.now, product.totals.units_sold),
                _in_stock(days, empty.previous, product.previous.units_sold),
            )
        )
    paced.sort(key=lambda each: _order(each, days))
    return tuple(paced)


def _in_stock(days: int, empty: int, units_sold: int) -> int:
    """Days in stock; all where the counts leave no day for what was sold, for they are too old."""
    if empty == days and units_sold:
        return days
    return days - empty


def _order(paced: Paced, days: int) -> tuple[bool, int | Fraction, str]:
    units = paced.product.totals.units_sold
    # Units are quicker to compare than fractions, and nearly all products are there all the time.
    pace = units if paced.days == days else Fraction(units * days, paced.days or 1)
    return not paced.days, -pace, paced.product.product_id
