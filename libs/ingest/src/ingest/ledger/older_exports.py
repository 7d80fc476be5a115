"""Orders of an export that is older than what is known of them: that stays.

An export does not say when it was written. Where its order lacks what cannot be undone and is
known (that it was paid, by events or an export; by events that it was cancelled and paid back, or
deleted), it was before that. All else that it has otherwise is taken, and said: of two states that
may follow each other either way, none is older. WooCommerce's orders have no ids there
(``ingest.ledger.told_by_name``).
"""

from typing import Final

from ingest.ledger.noted_orders import NotedOrders, noted
from ingest.ledger.temporary_tables import Cursor, columns, derive, leave_empty
from ingest.ledger.told_by_name import GONE, stage_none, stage_told_by_name

# Two platforms have orders of one id: what one told says nothing of the other's.
_STAGE_CONNECTIONS: Final = """
    SELECT id FROM ingest_connections
    WHERE tenant_id = %(tenant_id)s AND platform = %(platform)s::text
"""
_ARE_THERE_EVENTS: Final = """
    SELECT EXISTS (
        SELECT FROM webhook_orders
        WHERE tenant_id = %(tenant_id)s AND connection_id IN (SELECT id FROM staged_connections))
"""
# An order of gift cards alone is not paid where they are no sales, whatever events say: one line
# that is none tells that it is not of these. What events said is looked up order by order, whatever
# is known of tables that were just filled.
_STAGE_TOLD_SINCE: Final = """
    SELECT h.position, h.order_id, h.platform_id, coalesce(f.deleted, false) AS deleted,
           (h.paid_at IS NULL AND (f.paid OR h.stands IS NOT NULL))
           OR (f.cancelled AND h.stands) AS lacking
    FROM staged_order_lines h
    CROSS JOIN LATERAL (
        SELECT bool_or(coalesce(facts -> 'deleted', '{}') <> '{}') AS deleted,
               bool_or(facts #>> '{order,1,head,Cancelled at}' <> '' AND EXISTS (
                   SELECT FROM jsonb_each(facts -> 'refunds') AS r
                   WHERE (r.value #>> '{1,money}')::numeric > 0)) AS cancelled,
               bool_or(
                   lower(facts #>> '{order,1,head,Financial Status}')
                   IN ('paid', 'partially_paid', 'partially_refunded', 'refunded')
                   AND facts #> '{order,1,lines}'
                       @> '[{"card": false, "tip": false}]') AS paid
        FROM staged_connections c
        CROSS JOIN LATERAL (
            SELECT facts::jsonb AS facts FROM webhook_orders
            WHERE tenant_id = %(tenant_id)s AND connection_id = c.id AND order_id = h.platform_id
            OFFSET 0) w) f
    WHERE h.placed_at IS NOT NULL AND h.platform_id IS NOT NULL
      AND (f.deleted OR (h.paid_at IS NULL AND (f.paid OR h.stands IS NOT NULL))
           OR (f.cancelled AND h.stands))
"""
# Without events the ledger alone tells what was paid.
_STAGE_UNPAID: Final = """
    SELECT position, order_id, platform_id, false AS deleted, true AS lacking
    FROM staged_order_lines
    WHERE placed_at IS NOT NULL AND paid_at IS NULL AND stands IS NOT NULL
"""
_TOLD_SINCE: Final = columns(
    "staged_told_since",
    position="int8",
    order_id="text",
    platform_id="text",
    deleted="bool",
    lacking="bool",
)
_ADD_NAMELESS: Final = f"""
    INSERT INTO staged_told_since {_STAGE_UNPAID} AND platform_id IS NULL
"""
# The ledger is read once, and joined by a hash of the orders in question, or sorted. A loop without
# the index would read it once an order, and the planner takes one for a few orders where it takes
# the ledger for empty.
_NO_LOOPS: Final = "SELECT set_config('enable_nestloop', 'off', true)"
_LOOPS: Final = "SELECT set_config('enable_nestloop', 'on', true)"
_STAGE_THERE: Final = """
    SELECT platform_id, bool_or(paid_at IS NOT NULL) AS sold FROM orders
    WHERE tenant_id = %(tenant_id)s
      AND platform_id IN (SELECT platform_id FROM staged_told_since)
    GROUP BY platform_id
"""
_STAGE_OLDER: Final = f"""
    SELECT t.position, t.order_id, t.platform_id, o.platform_id IS NULL AS gone
    FROM staged_told_since t LEFT JOIN staged_there o USING (platform_id)
    WHERE CASE WHEN o.platform_id IS NULL THEN t.deleted ELSE t.lacking AND o.sold END
    UNION ALL
    SELECT t.position, t.order_id, t.platform_id, false AS gone
    FROM staged_told_since t
    JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = t.order_id
    WHERE t.lacking AND o.paid_at IS NOT NULL AND (o.platform_id IS NULL OR t.platform_id IS NULL)
    UNION ALL {GONE}
"""  # noqa: S608 - words of our own
_OLDER: Final = columns(
    "staged_older", position="int8", order_id="text", platform_id="text", gone="bool"
)
_LEAVE_OUT: Final = (
    "DELETE FROM staged_order_lines l USING staged_older o WHERE l.head = o.position",
    """
    DELETE FROM staged_refunds r USING staged_older o
    WHERE r.order_id = o.order_id
      AND (r.platform_id = o.platform_id OR (o.gone AND r.platform_id IS NULL))
    """,
    """
    DELETE FROM staged_gaps g USING staged_older o
    WHERE g.order_id = o.order_id AND g.platform_id IS NOT DISTINCT FROM o.platform_id
    """,
)
# One that events told by its name, and that the ledger has not, is none by their word.
_TAKEN: Final = """
    staged_orders s
    WHERE NOT s.same AND (
        s.position IN (SELECT position FROM staged_told_by_name)
        OR (s.known AND EXISTS (
            SELECT FROM staged_connections c
            CROSS JOIN LATERAL (
                SELECT FROM webhook_orders
                WHERE tenant_id = %(tenant_id)s AND connection_id = c.id
                  AND order_id = s.platform_id
                OFFSET 0) w)))
"""


def leave_older(cursor: Cursor, platform: str | None) -> None:
    """Leave out what is staged of orders that are older than what is known, with their refunds and
    gaps.

    Runs before products and orders are staged. Makes ``staged_connections``, those to the
    ``platform`` whose export it is, ``staged_told_by_name`` and
    ``staged_older``: these orders, none but of such an export.
    """
    derive(cursor, "staged_connections", _STAGE_CONNECTIONS, {"platform": platform})
    (there,) = cursor.execute(_ARE_THERE_EVENTS).fetchone() or (False,)
    named = stage_told_by_name(cursor) if there else stage_none(cursor)
    since = derive(cursor, _TOLD_SINCE, _STAGE_TOLD_SINCE if there else _STAGE_UNPAID)
    if there:
        since += cursor.execute(_ADD_NAMELESS).rowcount
    if not named + since:
        leave_empty(cursor, _OLDER)
        return
    cursor.execute(_NO_LOOPS)
    derive(cursor, "staged_there", _STAGE_THERE)
    derive(cursor, _OLDER, _STAGE_OLDER)
    cursor.execute(_LOOPS)
    for statement in _LEAVE_OUT:
        cursor.execute(statement)


def left_out(cursor: Cursor) -> NotedOrders:
    """Which orders ``leave_older`` left out."""
    return noted(cursor, "staged_older", by="position")


def told_otherwise(cursor: Cursor) -> NotedOrders:
    """Which orders of an export events told, and the ledger has otherwise than the export.

    Runs when orders are staged.
    """
    return noted(cursor, _TAKEN, by="position")
