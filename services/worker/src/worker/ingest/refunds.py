"""From the staged refunds into the ledger, and old refunds onto the lines of replaced orders.

Refunds the ledger has of a replaced order are lifted off, joined by the incoming ones, checked
with them and put back: an old refund and a new one go the same way, onto the line of that id.

A cancellation of an order never paid is no event: nothing was sold, so nothing is taken back. It
is counted and not stored. A return of an order never paid is an error.
"""

from dataclasses import dataclass

from worker.ingest.checks import enforce
from worker.ingest.refund_rules import EVENT_RULES, INPUT_RULES, TOTAL_RULES
from worker.ingest.staging import Cursor

# Joined to its order's key; the order may be in this input or in the ledger.
_STAGE_EVENTS = """
    CREATE TEMPORARY TABLE staged_events ON COMMIT DROP AS
    SELECT r.*, o.id AS order_key, o.paid_at
    FROM staged_refunds r
    LEFT JOIN (
        SELECT order_id, id, paid_at FROM staged_orders
        UNION ALL
        SELECT o.external_id, o.id, o.paid_at FROM orders o
        WHERE o.external_id IN (SELECT order_id FROM staged_refunds)
          AND NOT EXISTS (SELECT FROM staged_orders s WHERE s.order_id = o.external_id)
    ) o USING (order_id)
"""
_FORGET_SEEN_AGAIN = """
    DELETE FROM refunds r USING staged_events e
    WHERE r.order_id = e.order_key AND r.external_id = e.refund_id
"""
_LIFT_KEPT = """
    WITH lifted AS (
        DELETE FROM refunds r USING staged_orders s WHERE s.known AND r.order_id = s.id
        RETURNING r.external_id, r.order_id AS order_key, r.line_no, r.processed_at, r.kind,
                  r.quantity, r.amount, r.shipping, r.tax, s.order_id, s.paid_at
    )
    INSERT INTO staged_events (refund_id, order_id, line_id, processed_at, kind, quantity, amount,
                               shipping, tax, order_key, paid_at)
    SELECT f.external_id, f.order_id, l.external_id, f.processed_at, f.kind, f.quantity, f.amount,
           f.shipping, f.tax, f.order_key, f.paid_at
    FROM lifted f
    LEFT JOIN order_lines l ON l.order_id = f.order_key AND l.line_no = f.line_no
"""
_COUNT_NO_EVENTS = """
    SELECT count(*) FROM staged_events WHERE paid_at IS NULL AND kind = 'cancel'
"""
_INSERT_REFUNDS = """
    INSERT INTO refunds (tenant_id, external_id, order_id, line_no, product_id, processed_at, kind,
                         quantity, amount, shipping, tax)
    SELECT current_tenant(), e.refund_id, e.order_key, l.line_no, l.product_id, e.processed_at,
           e.kind, e.quantity, e.amount, e.shipping, e.tax
    FROM staged_events e
    LEFT JOIN order_lines l ON l.order_id = e.order_key AND l.external_id = e.line_id
    WHERE e.paid_at IS NOT NULL
    ORDER BY e.position
"""


@dataclass(frozen=True, slots=True)
class MergedRefunds:
    """Rows of the input that became refunds, and cancellations that are no event."""

    refunds: int
    cancellations_without_payment: int


def lift_refunds(cursor: Cursor) -> None:
    """Stage the incoming refunds with those of replaced orders, as ``staged_events``.

    Raises:
        IngestError: a refund cannot be, or stands twice.
    """
    enforce(cursor, INPUT_RULES)
    cursor.execute(_STAGE_EVENTS)
    cursor.execute("ANALYZE staged_events")
    cursor.execute(_FORGET_SEEN_AGAIN)
    cursor.execute(_LIFT_KEPT)


def merge_refunds(cursor: Cursor, staged: int) -> MergedRefunds:
    """Put ``staged_events`` onto the orders and lines as they are now; ``staged`` came new.

    Raises:
        IngestError: a refund does not fit its order (see ``worker.ingest.errors``).
    """
    enforce(cursor, EVENT_RULES)
    cursor.execute(_COUNT_NO_EVENTS)
    (ignored,) = cursor.fetchone() or (0,)
    cursor.execute(_INSERT_REFUNDS)
    enforce(cursor, TOTAL_RULES)
    return MergedRefunds(refunds=staged - ignored, cancellations_without_payment=ignored)
