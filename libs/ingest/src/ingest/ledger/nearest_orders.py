"""Orders of a file without ids whose name several of the ledger have: the one placed nearest.

Of those that are called by name and id, which are another site's or shop's, one is meant that was
placed about then. Else the order has its name, as it has where it is the only one.
"""

from typing import Final

from ingest.ledger.names_apart import bare, is_apart
from ingest.ledger.rename_staged import rename_staged
from ingest.ledger.temporary_tables import Cursor, derive
from ingest.ledger.told_by_name import APART

_ARE_THERE_ANY: Final = f"""
    SELECT EXISTS (
        SELECT FROM orders WHERE tenant_id = %(tenant_id)s AND {is_apart("external_id")})
"""  # noqa: S608 - words of our own, as below
# Where a file has a name twice, its rows are one order, and that is no other's.
_STAGE_NEAREST: Final = f"""
    SELECT h.order_id, n.name
    FROM (
        SELECT order_id, min(placed_at) AS placed_at FROM staged_order_lines
        WHERE placed_at IS NOT NULL
        GROUP BY order_id HAVING count(*) = 1 AND count(platform_id) = 0
    ) h
    CROSS JOIN LATERAL (
        SELECT external_id AS name FROM (
            SELECT external_id, placed_at FROM orders
            WHERE tenant_id = %(tenant_id)s AND external_id = h.order_id
            UNION ALL
            SELECT external_id, placed_at FROM orders
            WHERE tenant_id = %(tenant_id)s AND {is_apart("external_id")}
              AND {bare("external_id")} = h.order_id
              AND placed_at BETWEEN h.placed_at - {APART} AND h.placed_at + {APART}
        ) there
        ORDER BY abs(extract(epoch FROM placed_at - h.placed_at)), length(external_id), external_id
        LIMIT 1
    ) n
    WHERE n.name <> h.order_id
"""  # noqa: S608


def mean_nearest(cursor: Cursor) -> None:
    """Give staged orders without an id, with their refunds and gaps, the names of those that they
    are in the ledger."""
    (any_apart,) = cursor.execute(_ARE_THERE_ANY).fetchone() or (False,)
    if any_apart and derive(cursor, "staged_nearest", _STAGE_NEAREST):
        rename_staged(cursor, "staged_nearest")
