"""Dimensions: what sums of sales can be taken by. A dimension is one SQL expression.

A report that needs another one states it in its own folder. The expression may name ``e``, an event
of the view ``ledger``; ``o``, the event's order; ``p``, its product; and the parameters of
``common.reports.sales.calendar``, so that Python's time zone database alone cuts days and hours.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, TypeVar

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Dimension(Generic[K]):
    """What an event is summed under: the value of ``expression``, of the type ``key`` or None.

    ``of_lines``: orders, shipping and tax belong to whole orders and are left out, together with
    the events that consist of nothing else.
    """

    name: str
    expression: str
    key: type[K]
    of_lines: bool = False


_DAY: Final = (
    "(CAST(:days AS date[]))[width_bucket(e.occurred_at, CAST(:day_starts AS timestamptz[]))]"
)
_LOCAL: Final = (
    "(e.occurred_at AT TIME ZONE 'UTC' + (CAST(:offsets AS interval[]))"
    "[width_bucket(e.occurred_at, CAST(:offset_starts AS timestamptz[]))])"
)

DAY: Final = Dimension("day", _DAY, date)
"""The local day."""
WEEKDAY: Final = Dimension("weekday", f"CAST(extract(isodow FROM {_DAY}) AS int) - 1", int)
"""The local day's weekday; 0 is Monday."""
HOUR: Final = Dimension("hour", f"CAST(extract(hour FROM {_LOCAL}) AS int)", int)
"""The hour of the local clock, 0 to 23."""
PRODUCT: Final = Dimension("product", "e.product_id", int, of_lines=True)
"""The product, by the database's key; ``Sales.products`` names them."""
CATEGORY: Final = Dimension("category", "p.category", str, of_lines=True)
"""The product's category."""
CHANNEL: Final = Dimension("channel", "o.channel", str)
"""The channel of the order, of its refunds too; so are the four that follow."""
COUNTRY: Final = Dimension("country", "o.country", str)
REGION: Final = Dimension("region", "o.region", str)
COUPON: Final = Dimension("coupon", "o.coupon_code", str)
CUSTOMER: Final = Dimension("customer", "o.customer_id", int)
"""The customer, by the database's key."""

ALL: Final[tuple[Dimension[Any], ...]] = (
    DAY,
    WEEKDAY,
    HOUR,
    PRODUCT,
    CATEGORY,
    CHANNEL,
    COUNTRY,
    REGION,
    COUPON,
    CUSTOMER,
)
