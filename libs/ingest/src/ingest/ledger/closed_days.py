"""Orders that a load changes after their day: figures of days that were over are others now."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ingest.ledger.staging import Cursor

MOST_DAYS: Final = 100
"""How many days are named, the latest first; all are counted."""

_CHANGED = """
    SELECT (o.paid_at AT TIME ZONE t.timezone)::date AS day, count(*)::int AS orders,
           count(*) OVER ()::int AS days, sum(count(*)) OVER ()::int AS all_orders
    FROM staged_orders s
    JOIN orders o ON o.id = s.id
    JOIN tenants t ON t.id = (SELECT current_tenant())
    WHERE s.known AND NOT s.same
      AND o.paid_at < date_trunc('day', %(now)s AT TIME ZONE t.timezone) AT TIME ZONE t.timezone
    GROUP BY 1 ORDER BY 1 DESC LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """How many ``orders`` of closed days changed, of how many ``days``.

    ``by_day`` has the orders of each day in the tenant's zone, in order, of the last ``MOST_DAYS``.
    """

    orders: int = 0
    days: int = 0
    by_day: tuple[tuple[date, int], ...] = ()

    def sentence(self) -> str:
        """What there is to say, with the latest day; empty where nothing changed."""
        if not self.orders:
            return ""
        what = "1 order" if self.orders == 1 else f"{self.orders:,} orders"
        closed = "a closed day" if self.days == 1 else f"{self.days:,} closed days"
        named = ", ".join(day.isoformat() for day, _ in self.by_day[-_NAMED:])
        earlier = " and earlier" if self.days > _NAMED else ""
        return f"{what} of {closed} changed: {named}{earlier}"


NONE_CHANGED: Final = ClosedDays()
_NAMED: Final = 3


def changed_closed_days(cursor: Cursor, now: datetime) -> ClosedDays:
    """The sales of days before today that the staged orders replace; ask before they are merged.

    An order is of the day that it counted at until now.
    """
    rows = cursor.execute(_CHANGED, {"now": now, "most": MOST_DAYS}).fetchall()
    if not rows:
        return NONE_CHANGED
    by_day = tuple((day, orders) for day, orders, *_ in reversed(rows))
    *_, days, orders = rows[0]
    return ClosedDays(orders, days, by_day)
