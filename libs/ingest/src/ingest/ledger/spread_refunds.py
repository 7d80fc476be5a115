"""Goodwill: money given back for an order and not for a line of it.

It is put on the order's lines in proportion to what is left of each, by largest remainder, ties to
the earlier line. Several of one order go in turn, so that what one took is gone for the next.
"""

from typing import Final

from ingest.ledger.temporary_tables import Cursor, derive

_STAGE_GOODWILL: Final = """
    SELECT position, order_key, refund_id, amount,
           row_number() OVER (PARTITION BY order_key ORDER BY position) AS turn
    FROM staged_events
    WHERE position IS NOT NULL AND line_id IS NULL AND amount > 0 AND quantity = 0
      AND order_key IS NOT NULL AND paid_at IS NOT NULL
"""
# What is left of each line is handed on from turn to turn: no turn looks at what others gave.
_STAGE_GIVEN: Final = """
    WITH RECURSIVE room AS (
        SELECT g.order_key, g.line_id, g.line_no,
               greatest(g.worth - coalesce(sum(e.amount), 0), 0) AS room
        FROM staged_goods g LEFT JOIN staged_events e USING (order_key, line_id)
        WHERE g.order_key IN (SELECT order_key FROM staged_goodwill)
        GROUP BY g.order_key, g.line_id, g.line_no, g.worth
    ), spread AS (
        SELECT order_key, 0::bigint AS turn, NULL::bigint AS position, NULL::text AS refund_id,
               array_agg(line_id ORDER BY line_no) AS lines,
               array_agg(room ORDER BY line_no) AS rooms, NULL::numeric[] AS shares
        FROM room GROUP BY order_key
        UNION ALL
        SELECT s.order_key, w.turn, w.position, w.refund_id, s.lines, n.rooms, n.shares
        FROM spread s
        JOIN staged_goodwill w ON w.order_key = s.order_key AND w.turn = s.turn + 1
        CROSS JOIN LATERAL (
            SELECT array_agg(room - share ORDER BY place) AS rooms,
                   array_agg(share ORDER BY place) AS shares
            FROM (
                SELECT place, room, coalesce(part, 0) + CASE
                    WHEN w.amount - sum(part) OVER () >= row_number() OVER (
                        ORDER BY rest DESC, place) THEN 1 ELSE 0 END AS share
                FROM (
                    SELECT place, room, div(w.amount * room, whole) AS part,
                           mod(w.amount * room, whole) AS rest
                    FROM (
                        SELECT place, room, CASE WHEN w.amount <= sum(room) OVER ()
                               THEN sum(room) OVER () END AS whole
                        FROM unnest(s.rooms) WITH ORDINALITY AS r (room, place)) fitting
                ) parts
            ) given
        ) n
    )
    SELECT s.position, s.order_key, s.refund_id, u.line_id, u.share::bigint AS share
    FROM spread s CROSS JOIN LATERAL unnest(s.lines, s.shares) AS u (line_id, share)
    WHERE u.share > 0
"""
_TAKE: Final = """
    UPDATE staged_events e SET amount = 0
    FROM (SELECT DISTINCT position, order_key, refund_id FROM staged_given) g
    WHERE e.position = g.position AND e.order_key = g.order_key AND e.refund_id = g.refund_id
      AND e.line_id IS NULL
"""
_GIVE: Final = """
    WITH parts AS (
        SELECT refund_id, order_key, line_id, min(position) AS position,
               sum(share)::bigint AS share
        FROM staged_given GROUP BY refund_id, order_key, line_id
    ), beside AS (
        UPDATE staged_events e SET amount = e.amount + p.share FROM parts p
        WHERE e.refund_id = p.refund_id AND e.order_key = p.order_key AND e.line_id = p.line_id
          AND e.position IS NOT NULL
        RETURNING p.position, p.line_id
    )
    INSERT INTO staged_events (position, refund_id, order_id, line_id, processed_at, kind, quantity,
                               amount, shipping, tax, order_key, paid_at, moves)
    SELECT p.position, e.refund_id, e.order_id, p.line_id, e.processed_at, e.kind, 0, p.share, 0, 0,
           e.order_key, e.paid_at, true
    FROM parts p JOIN staged_events e
      ON e.position = p.position AND e.order_key = p.order_key AND e.refund_id = p.refund_id
     AND e.line_id IS NULL
    WHERE (p.position, p.line_id) NOT IN (SELECT position, line_id FROM beside)
"""


def spread_goodwill(cursor: Cursor) -> None:
    """Put what ``staged_events`` gives back without a line on lines, as far as there is room."""
    if derive(cursor, "staged_goodwill", _STAGE_GOODWILL) and derive(
        cursor, "staged_given", _STAGE_GIVEN
    ):
        for statement in (_TAKE, _GIVE):
            cursor.execute(statement)
