"""Orders that come with the sign of their number (`#1001`) where the ledger has one without, or so.

They are two by their names, and both count. Where both were placed about the same time, they may be
one all the same, which two sources call so: it is said.
"""

from typing import Final

from ingest.ledger.noted_orders import NONE_NOTED, NotedOrders, noted
from ingest.ledger.staging import FEW
from ingest.ledger.temporary_tables import Cursor, derive
from ingest.ledger.told_by_name import APART

_COUNT_NEW: Final = f"""
    SELECT count(*) FROM (SELECT FROM staged_orders WHERE NOT known LIMIT {FEW + 1}) new
"""  # noqa: S608 - a number of our own
# A shop's orders have the sign all, or none, as a rule: then there is nothing to look up.
_ARE_BOTH: Final = """
    SELECT EXISTS (SELECT FROM staged_orders WHERE NOT known AND starts_with(order_id, '#'))
           AND EXISTS (
               SELECT FROM orders
               WHERE tenant_id = %(tenant_id)s AND NOT starts_with(external_id, '#'))
        OR EXISTS (SELECT FROM staged_orders WHERE NOT known AND NOT starts_with(order_id, '#'))
           AND EXISTS (
               SELECT FROM orders
               WHERE tenant_id = %(tenant_id)s AND starts_with(external_id, '#'))
"""
_STAGE_OTHER_SIGN: Final = f"""
    SELECT s.order_id, s.position
    FROM (
        SELECT *, CASE WHEN starts_with(order_id, '#') THEN substr(order_id, 2)
                       ELSE '#' || order_id END AS other
        FROM staged_orders WHERE NOT known
    ) s
    CROSS JOIN LATERAL (
        SELECT placed_at, platform_id FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = s.other OFFSET 0) o
    WHERE o.placed_at BETWEEN s.placed_at - {APART} AND s.placed_at + {APART}
      AND (o.platform_id IS NULL OR s.platform_id IS NULL)
"""  # noqa: S608 - words of our own


def with_other_sign(cursor: Cursor) -> NotedOrders:
    """Which new orders the ledger may have by the other form of their number.

    Runs when orders are staged.
    """
    (new,) = cursor.execute(_COUNT_NEW).fetchone() or (0,)
    if new > FEW:
        (new,) = cursor.execute(_ARE_BOTH).fetchone() or (False,)
    if not (new and derive(cursor, "staged_other_sign", _STAGE_OTHER_SIGN)):
        return NONE_NOTED
    return noted(cursor, "staged_other_sign", by="position")
