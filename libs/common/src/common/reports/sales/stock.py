"""What the last stock count and the sales after it say: the pieces on hand.

A count is true at its instant. What is sold afterwards is taken off, what comes back is put back.
Where more was sold than there were, goods have arrived that were not counted: the count is stale.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.document.known_days import known_days
from common.reports.model import Scope
from common.reports.sales.protocol import Stock

# One look into the key of stock_counts a product, and none at all for a shop that counts nothing.
_LATEST = text(
    """
    SELECT p.id, p.external_id, c.on_hand, c.counted_at
    FROM products p
    CROSS JOIN LATERAL (
        SELECT on_hand, counted_at FROM stock_counts c
        WHERE c.tenant_id = :tenant_id AND c.product_id = p.id AND c.counted_at < :until
        ORDER BY c.counted_at DESC LIMIT 1
    ) c
    WHERE p.tenant_id = :tenant_id
      AND EXISTS (SELECT FROM stock_counts WHERE tenant_id = :tenant_id)
    """
)
_MOVED_SINCE = text(
    """
    SELECT l.product_id, sum(l.units_sold)::bigint, sum(l.units_returned)::bigint
    FROM ledger l
    JOIN unnest(CAST(:products AS integer[]), CAST(:instants AS timestamptz[]))
         AS c (id, counted_at)
      ON c.id = l.product_id AND l.occurred_at >= c.counted_at
    WHERE l.tenant_id = :tenant_id AND l.occurred_at >= :since AND l.occurred_at < :until
    GROUP BY l.product_id
    """
)


def on_hand(session: Session, scope: Scope) -> Mapping[str, Stock]:
    """What is on hand at the window's end by the shop's product ids.

    That is the last count before it, less what was sold since, plus what came back; where sales up
    to then are not known, neither is it. A product without a count is left out; below 0 only a
    count itself may be, for the shop has sold what it did not have.
    """
    until = scope.window.end
    recent = until - timedelta(days=scope.count_days)
    counts = session.execute(_LATEST, {"tenant_id": scope.tenant_id, "until": until}).all()
    covered = scope.window.dates(scope.zone)[-1] in known_days(scope.gaps)
    counted = {row.id: row.counted_at for row in counts if covered and row.counted_at >= recent}
    moved: dict[int, tuple[int, int]] = {}
    if counted:
        facts = {
            "tenant_id": scope.tenant_id,
            "products": list(counted),
            "instants": list(counted.values()),
            "since": min(counted.values()),
            "until": until,
        }
        moved = {
            product: (out, back) for product, out, back in session.execute(_MOVED_SINCE, facts)
        }
    return {
        row.external_id: Stock(
            _left(row.on_hand, *moved.get(row.id, (0, 0))) if row.id in counted else None,
            row.counted_at,
        )
        for row in counts
    }


def _left(counted: int, sold: int, put_back: int) -> int | None:
    """What is left of the pieces counted; None where more was sold than there were."""
    left = counted - sold + put_back
    return None if sold and left < 0 else left
