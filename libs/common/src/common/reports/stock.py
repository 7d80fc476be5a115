"""What was on hand of each product at the latest count before a moment."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

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


def on_hand(session: Session, tenant_id: int, *, until: datetime) -> Mapping[str, int]:
    """Pieces on hand by the shop's product ids, as last counted before ``until``.

    A product without a count is left out; below 0 the shop has sold what it did not have.
    """
    rows = session.execute(_LATEST, {"tenant_id": tenant_id, "until": until})
    return {row.external_id: row.on_hand for row in rows}
