"""What the stock counts say: pieces on hand at a moment, and days with nothing on hand."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.model import Scope
from common.reports.sales.protocol import EmptyDays

# One look into the key of stock_counts a product, and none at all for a shop that counts nothing.
_LATEST = text(
    """
    SELECT p.external_id, c.on_hand
    FROM products p
    CROSS JOIN LATERAL (
        SELECT on_hand FROM stock_counts c
        WHERE c.tenant_id = :tenant_id AND c.product_id = p.id AND c.counted_at < :until
        ORDER BY c.counted_at DESC LIMIT 1
    ) c
    WHERE p.tenant_id = :tenant_id
      AND EXISTS (SELECT FROM stock_counts WHERE tenant_id = :tenant_id)
    """
)

# The counts of 0 have an index of their own. Each lasts until the next count, whatever that says,
# and those that follow one another are one time: looking for the end of each would read every later
# one again. Of what was counted before, the last count alone matters.
_EMPTY = text(
    """
    WITH empty AS (
        SELECT product_id, counted_at FROM stock_counts
        WHERE tenant_id = :tenant_id AND on_hand <= 0
          AND counted_at >= :since AND counted_at < :until
        UNION ALL
        SELECT p.id, last.counted_at
        FROM products p
        CROSS JOIN LATERAL (
            SELECT counted_at, on_hand FROM stock_counts c
            WHERE c.tenant_id = :tenant_id AND c.product_id = p.id AND c.counted_at < :since
            ORDER BY c.counted_at DESC LIMIT 1
        ) last
        WHERE p.tenant_id = :tenant_id AND last.on_hand <= 0
          AND EXISTS (SELECT FROM stock_counts WHERE tenant_id = :tenant_id)
    ), times AS (
        SELECT e.product_id, unnest(range_agg(tstzrange(e.counted_at, coalesce((
            SELECT c.counted_at FROM stock_counts c
            WHERE c.tenant_id = :tenant_id AND c.product_id = e.product_id
              AND c.counted_at > e.counted_at AND c.counted_at < :until
            ORDER BY c.counted_at LIMIT 1
        ), :until)))) AS time
        FROM empty e
        GROUP BY e.product_id
    )
    SELECT p.external_id, lower(t.time), upper(t.time)
    FROM times t
    JOIN products p ON p.tenant_id = :tenant_id AND p.id = t.product_id
    """
)


def on_hand(session: Session, tenant_id: int, *, until: datetime) -> Mapping[str, int]:
    """Pieces on hand by the shop's product ids, as last counted before ``until``.

    A product without a count is left out; below 0 the shop has sold what it did not have.
    """
    rows = session.execute(_LATEST, {"tenant_id": tenant_id, "until": until})
    return {row.external_id: row.on_hand for row in rows}


def empty_days(session: Session, scope: Scope) -> Mapping[str, EmptyDays]:
    """For how many days of the scope's windows a product was out of stock, by its id.

    Out of stock is a product from a count of 0 or less to the next count above it, or to the
    window's end; only days that lie whole in that count. Products without such days are left out.
    """
    window, previous = scope.window, scope.previous
    days = (*window.boundaries(scope.zone), window.end)
    days_before = (*previous.boundaries(scope.zone), previous.end)
    found: dict[str, EmptyDays] = {}
    times = {"tenant_id": scope.tenant_id, "since": previous.start, "until": window.end}
    for product, since, until in session.execute(_EMPTY, times):
        known = found.get(product, EmptyDays())
        now, before = _whole(days, since, until), _whole(days_before, since, until)
        if now or before:
            found[product] = EmptyDays(known.now + now, known.previous + before)
    return found


def _whole(bounds: Sequence[datetime], since: datetime, until: datetime) -> int:
    """How many of the days between ``bounds`` lie whole between the two instants."""
    return max(0, bisect_right(bounds, until) - 1 - bisect_left(bounds, since))
