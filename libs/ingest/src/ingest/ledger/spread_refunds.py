"""Goodwill: money given back for an order and not for a line of it.

It is put on the order's lines in proportion to what is left of each, by largest remainder, ties to
the earlier line. Several of one order go in turn, so that what one took is gone for the next.
"""

from ingest.ledger.temporary_tables import Cursor, derive

_NUMBER = """
    SELECT position, order_key, row_number() OVER (PARTITION BY order_key ORDER BY position) AS turn
    FROM staged_events
    WHERE position IS NOT NULL AND line_id IS NULL AND amount > 0 AND quantity = 0
      AND order_key IS NOT NULL AND paid_at IS NOT NULL
"""
_TURNS = "SELECT coalesce(max(turn), 0) FROM staged_goodwill"
_SPREAD = """
    WITH room AS (
        SELECT g.order_key, g.line_id, g.line_no, g.worth - coalesce(sum(e.amount), 0) AS room
        FROM staged_goods g LEFT JOIN staged_events e USING (order_key, line_id)
        WHERE g.order_key IN (SELECT order_key FROM staged_goodwill WHERE turn = %(turn)s)
        GROUP BY g.order_key, g.line_id, g.line_no, g.worth
    ), exact AS (
        SELECT e.position, e.refund_id, e.order_id, e.processed_at, e.kind, e.order_key, e.paid_at,
               e.amount, r.line_id, r.line_no, e.amount * r.room AS product,
               sum(r.room) OVER (PARTITION BY e.position) AS whole
        FROM staged_goodwill w
        JOIN staged_events e USING (position)
        JOIN room r ON r.order_key = w.order_key AND r.room > 0
        WHERE w.turn = %(turn)s AND e.line_id IS NULL
    ), parts AS (
        SELECT *, div(product, whole) AS part,
               amount - sum(div(product, whole)) OVER (PARTITION BY position) AS left_over,
               row_number() OVER (
                   PARTITION BY position ORDER BY mod(product, whole) DESC, line_no) AS place
        FROM exact WHERE amount <= whole
    ), given AS (
        SELECT *, (part + (place <= left_over)::int)::bigint AS share FROM parts
    ), beside AS (
        UPDATE staged_events e SET amount = e.amount + g.share FROM given g
        WHERE e.refund_id = g.refund_id AND e.order_key = g.order_key AND e.line_id = g.line_id
          AND e.position IS NOT NULL
        RETURNING g.position, g.line_id
    ), taken AS (
        UPDATE staged_events e SET amount = 0 FROM (SELECT DISTINCT position FROM given) g
        WHERE e.position = g.position AND e.line_id IS NULL
    )
    INSERT INTO staged_events (position, refund_id, order_id, line_id, processed_at, kind, quantity,
                               amount, shipping, tax, order_key, paid_at, moves)
    SELECT position, refund_id, order_id, line_id, processed_at, kind, 0, share, 0, 0, order_key,
           paid_at, true
    FROM given
    WHERE share > 0 AND (position, line_id) NOT IN (SELECT position, line_id FROM beside)
"""


def spread_goodwill(cursor: Cursor) -> None:
    """Put what ``staged_events`` gives back without a line on lines, as far as there is room."""
    derive(cursor, "staged_goodwill", _NUMBER)
    (turns,) = cursor.execute(_TURNS).fetchone() or (0,)
    for turn in range(1, turns + 1):
        cursor.execute(_SPREAD, {"turn": turn})
