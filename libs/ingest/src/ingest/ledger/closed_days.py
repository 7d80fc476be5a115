"""Orders that a load changes after their day: figures of days that were over are others now.

They are told once in the summary, and kept with the days for the reports that touch these.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ingest.ledger.temporary_tables import Cursor

MOST_DAYS: Final = 100
"""How many days are named, the latest first; all are counted."""

_CHANGED = """
    SELECT (o.paid_at AT TIME ZONE t.timezone)::date AS day, count(*)::int AS orders,
           count(*) OVER ()::int AS days, sum(count(*)) OVER ()::int AS all_orders
    FROM staged_orders s
    JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.id = s.id
    JOIN tenants t ON t.id = %(tenant_id)s
    WHERE s.known AND NOT s.same
      AND o.paid_at < date_trunc('day', %(now)s AT TIME ZONE t.timezone) AT TIME ZONE t.timezone
    GROUP BY 1 ORDER BY 1 DESC LIMIT %(most)s
"""
# An order that moved from a closed day to another one changed both.
_NOTE = """
    WITH changed AS (
        SELECT o.external_id AS order_id, o.paid_at AS before, s.paid_at AS since,
               date_trunc('day', %(now)s AT TIME ZONE t.timezone) AT TIME ZONE t.timezone AS today
        FROM staged_orders s
        JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.id = s.id
        JOIN tenants t ON t.id = %(tenant_id)s
        WHERE s.known AND NOT s.same
    )
    INSERT INTO closed_day_changes (tenant_id, order_id, counted_at, changed_at)
    SELECT DISTINCT %(tenant_id)s, order_id, counted_at, %(now)s::timestamptz
    FROM changed CROSS JOIN unnest(ARRAY[before, since]) AS days (counted_at)
    WHERE before < today AND counted_at < today
    ON CONFLICT (tenant_id, order_id, counted_at) DO UPDATE SET changed_at = excluded.changed_at
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


def note_closed_days(cursor: Cursor, now: datetime) -> ClosedDays:
    """Keep which sales of days before today the staged orders replace; before they are merged.

    An order is of the day that it counted at until now.
    """
    rows = cursor.execute(_CHANGED, {"now": now, "most": MOST_DAYS}).fetchall()
    if not rows:
        return NONE_CHANGED
    cursor.execute(_NOTE, {"now": now})
    by_day = tuple((day, orders) for day, orders, *_ in reversed(rows))
    *_, days, orders = rows[0]
    return ClosedDays(orders, days, by_day)
