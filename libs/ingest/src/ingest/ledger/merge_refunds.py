"""From the staged refunds into the ledger, and old refunds onto the lines of replaced orders.

Everything that has come back of the orders concerned is put together before anything is written,
old refunds beside new ones, and the goods they are for as they will be: the rules of
``ingest.ledger.refund_checks`` look at both.

A cancellation of an order never paid is no event: nothing was sold, so nothing is taken back. It
is counted and not stored. A return of an order never paid is an error.
"""

from dataclasses import dataclass

from ingest.ledger.noted_orders import NONE_NOTED, NotedOrders
from ingest.ledger.refund_sum_ids import is_sum
from ingest.ledger.refund_sums import give_rests, take_sums
from ingest.ledger.spread_refunds import spread_goodwill
from ingest.ledger.temporary_tables import Cursor, derive

# Joined to its order's key; the order may be in this input or in the ledger. What `moves` is
# written anew: the input's refunds, and the ledger's of orders whose lines are replaced.
_STAGE_EVENTS = """
    SELECT r.*, o.id AS order_key, o.paid_at, true AS moves
    FROM staged_refunds r
    LEFT JOIN (
        SELECT order_id, id, paid_at FROM staged_orders
        UNION ALL
        SELECT o.external_id, o.id, o.paid_at FROM orders o
        WHERE o.tenant_id = %(tenant_id)s AND o.external_id IN (SELECT order_id FROM staged_refunds)
          AND NOT EXISTS (SELECT FROM staged_orders s WHERE s.order_id = o.external_id)
    ) o USING (order_id)
"""
# A sum without a day of its own is of the payment's: two reports may have that to the minute and to
# the second. A rest of nothing is nowhere in the way.
_ADD_KEPT = f"""
    INSERT INTO staged_events (refund_id, order_id, line_id, processed_at, kind, quantity, amount,
                               shipping, tax, order_key, paid_at, moves)
    SELECT f.external_id, t.order_id, l.external_id,
           CASE WHEN {is_sum("f.external_id", "t.order_id")}
                 AND (f.processed_at > t.paid_at - interval '1 minute'
                      OR (f.quantity = 0 AND f.amount + f.shipping + f.tax = 0))
                THEN greatest(f.processed_at, t.paid_at) ELSE f.processed_at END,
           f.kind, f.quantity, f.amount, f.shipping, f.tax, t.id, t.paid_at, t.replaced
    FROM (
        SELECT id, order_id, paid_at, bool_or(replaced) AS replaced FROM (
            SELECT id, order_id, paid_at, true AS replaced FROM staged_orders
            WHERE known AND NOT same
            UNION ALL
            SELECT order_key, order_id, paid_at, false FROM staged_events
            WHERE order_key IS NOT NULL
        ) touched GROUP BY id, order_id, paid_at
    ) t
    JOIN refunds f ON f.tenant_id = %(tenant_id)s AND f.order_id = t.id
    LEFT JOIN order_lines l
      ON l.tenant_id = %(tenant_id)s AND l.order_id = f.order_id AND l.line_no = f.line_no
    WHERE NOT EXISTS (
        SELECT FROM staged_refunds r WHERE r.order_id = t.order_id AND r.refund_id = f.external_id)
      AND NOT EXISTS (
        SELECT FROM staged_superseded p WHERE p.order_key = t.id AND p.refund_id = f.external_id)
"""  # noqa: S608 - words of our own
_STAGE_GOODS = """
    WITH concerned AS (SELECT DISTINCT order_key FROM staged_events)
    SELECT o.id AS order_key, l.line_id, l.line_no, p.id AS product_id, l.quantity,
           l.unit_price::numeric * l.quantity + l.remainder - l.line_discount
           - coalesce(l.share, w.share, 0) AS worth
    FROM concerned c
    JOIN staged_orders o ON o.id = c.order_key
    JOIN staged_order_lines l ON l.head = o.position
    JOIN staged_catalogue p USING (product_id)
    LEFT JOIN staged_shares w ON w.position = l.position
    WHERE NOT l.again
    UNION ALL
    SELECT l.order_id, l.external_id, l.line_no, l.product_id, l.quantity,
           l.unit_price::numeric * l.quantity + l.remainder - l.line_discount - l.order_discount
    FROM concerned c
    JOIN order_lines l ON l.tenant_id = %(tenant_id)s AND l.order_id = c.order_key
    WHERE NOT EXISTS (SELECT FROM staged_orders s WHERE s.id = l.order_id)
"""
_COUNT_NO_EVENTS = """
    SELECT count(*) FROM staged_events
    WHERE position IS NOT NULL AND paid_at IS NULL AND kind = 'cancel'
"""
_LIFT = """
    DELETE FROM refunds r
    USING (SELECT DISTINCT order_key, refund_id FROM staged_events WHERE moves) e
    WHERE r.tenant_id = %(tenant_id)s
      AND r.order_id = e.order_key AND r.external_id = e.refund_id
"""
_LIFT_SUPERSEDED = """
    DELETE FROM refunds r USING staged_superseded p
    WHERE r.tenant_id = %(tenant_id)s AND r.order_id = p.order_key AND r.external_id = p.refund_id
"""
_INSERT_REFUNDS = """
    INSERT INTO refunds (tenant_id, external_id, order_id, line_no, product_id, processed_at, kind,
                         quantity, amount, shipping, tax, sold_at)
    SELECT %(tenant_id)s, e.refund_id, e.order_key, g.line_no, g.product_id,
           e.processed_at, e.kind, e.quantity, e.amount, e.shipping, e.tax, e.paid_at
    FROM staged_events e
    LEFT JOIN staged_goods g ON g.order_key = e.order_key AND g.line_id = e.line_id
    WHERE e.moves AND e.paid_at IS NOT NULL
    ORDER BY e.position
"""


_ARE_SUPERSEDED = "SELECT EXISTS (SELECT FROM staged_superseded)"


@dataclass(frozen=True, slots=True)
class StagedEvents:
    """Whether any refund is to be written or goes; ``summed`` are orders of which a sum counts
    less, as refunds are known one by one.
    """

    any: bool = False
    summed: NotedOrders = NONE_NOTED


def stage_events(cursor: Cursor, exported_before: int) -> StagedEvents:
    """Stage all refunds of the orders concerned: ``staged_events``; and, where any are or go, their
    goods: ``staged_goods``.

    Those before the position ``exported_before`` are an export's.
    """
    found = derive(cursor, "staged_events", _STAGE_EVENTS)
    kept = cursor.execute(_ADD_KEPT).rowcount
    if kept:
        cursor.execute("ANALYZE staged_events")
    if not found + kept and cursor.execute(_ARE_SUPERSEDED).fetchone() != (True,):
        return StagedEvents()
    derive(cursor, "staged_goods", _STAGE_GOODS)
    summed = take_sums(cursor, exported_before)
    spread_goodwill(cursor)
    if summed.orders:
        give_rests(cursor)
    return StagedEvents(True, summed)


def lift_refunds(cursor: Cursor) -> None:
    """Take off the ledger's refunds that are seen again, whose lines are about to go, or that the
    input has under another id.
    """
    cursor.execute(_LIFT)
    cursor.execute(_LIFT_SUPERSEDED)


def merge_refunds(cursor: Cursor) -> int:
    """Put the refunds onto the orders and lines as they are now.

    Answers how many rows of the input were no event: cancellations of orders never paid.
    """
    cursor.execute(_INSERT_REFUNDS)
    (ignored,) = cursor.execute(_COUNT_NO_EVENTS).fetchone() or (0,)
    return int(ignored)
