"""Refunds that a file of the shop's own and events tell by two ids: one, by the events' word.

Of one order a file's refund is an event's where both are as much money (the file may leave the tax
out), name the same lines where both name any, and are of the same day of the shop; of an export
that names each by its minute, of any day: events may tell a refund later. Each is one of them at
most: the likeliest pairs first, and one that events tell now for the first time is of the export's
day. What is left over stays, and where the ledger has both, they were two: else each word of the
events would take another one for theirs.
"""

from typing import Final

from ingest.ledger.noted_orders import NONE_NOTED, NotedOrders, noted
from ingest.ledger.refund_sum_ids import is_sum
from ingest.ledger.temporary_tables import Cursor, columns, derive, leave_empty
from ingest.rows import CANCELLED, CANCELLED_SUM, DATED, TOLD

_ARE_THERE_EVENTS: Final = """
    SELECT EXISTS (SELECT FROM webhook_orders WHERE tenant_id = %(tenant_id)s)
"""
# Each order is looked up by itself, whatever is known of tables that were just filled.
_STAGE_CONCERNED: Final = """
    SELECT s.order_id, o.id, coalesce(o.platform_id, s.platform_id) AS platform_id
    FROM (SELECT order_id, min(platform_id) AS platform_id FROM staged_refunds GROUP BY order_id) s
    CROSS JOIN LATERAL (
        SELECT id, platform_id FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = s.order_id LIMIT 1) o
"""
_STAGE_TOLD_IDS: Final = """
    SELECT DISTINCT c.order_id, k.refund_id
    FROM staged_two_named c
    CROSS JOIN (SELECT id FROM ingest_connections WHERE tenant_id = %(tenant_id)s) i
    CROSS JOIN LATERAL (
        SELECT facts FROM webhook_orders
        WHERE tenant_id = %(tenant_id)s AND connection_id = i.id AND order_id = c.platform_id
        OFFSET 0) w
    CROSS JOIN LATERAL jsonb_object_keys(w.facts::jsonb -> 'refunds') AS k (refund_id)
"""
# A refund that is staged is as it is there. What of goodwill is on lines has no pieces.
_STAGE_EACH: Final = f"""
    WITH rows_of AS (
        SELECT c.order_id, c.id, r.refund_id, r.line_id, r.processed_at, r.quantity,
               r.amount, r.shipping, r.tax, true AS staged,
               EXISTS (SELECT FROM refunds f
                       WHERE f.tenant_id = %(tenant_id)s AND f.order_id = c.id
                         AND f.external_id = r.refund_id) AS known
        FROM staged_two_named c JOIN staged_refunds r USING (order_id)
        UNION ALL
        SELECT c.order_id, c.id, f.external_id, l.external_id, f.processed_at, f.quantity,
               f.amount, f.shipping, f.tax, false, true
        FROM staged_two_named c
        CROSS JOIN LATERAL (
            SELECT * FROM refunds WHERE tenant_id = %(tenant_id)s AND order_id = c.id OFFSET 0) f
        LEFT JOIN order_lines l
          ON l.tenant_id = %(tenant_id)s AND l.order_id = f.order_id AND l.line_no = f.line_no
        WHERE NOT EXISTS (
            SELECT FROM staged_refunds r
            WHERE r.order_id = c.order_id AND r.refund_id = f.external_id)
          AND NOT EXISTS (
            SELECT FROM staged_superseded p
            WHERE p.order_key = c.id AND p.refund_id = f.external_id)
    )
    SELECT e.order_id, e.id, e.refund_id, e.at, e.staged, e.known, e.goods, e.tax, e.lines,
           (e.at AT TIME ZONE t.timezone)::date AS day,
           t_ids.refund_id IS NOT NULL OR starts_with(e.refund_id, '{TOLD}') AS told
    FROM (
        SELECT order_id, id, refund_id, min(processed_at) AS at, bool_or(staged) AS staged,
               bool_or(known) AS known,
               sum(amount) + sum(shipping) AS goods, sum(tax) AS tax,
               array_agg(DISTINCT line_id ORDER BY line_id)
                   FILTER (WHERE line_id IS NOT NULL AND quantity > 0) AS lines
        FROM rows_of
        WHERE refund_id NOT IN ('{CANCELLED}', '{CANCELLED_SUM}')
          AND NOT {is_sum("refund_id", "order_id")}
        GROUP BY order_id, id, refund_id) e
    JOIN tenants t ON t.id = %(tenant_id)s
    LEFT JOIN staged_told_ids t_ids ON t_ids.order_id = e.order_id AND t_ids.refund_id = e.refund_id
"""  # noqa: S608 - words of our own
# What a file calls by the events' own id is one with it already, and with no other.
_STAGE_PAIRS: Final = f"""
    SELECT own.order_id, own.id, own.refund_id AS own, told.refund_id AS told,
           row_number() OVER (
               ORDER BY own.goods + own.tax <> told.goods + told.tax,
                        (own.lines = told.lines) IS NOT TRUE,
                        abs(extract(epoch FROM own.at - told.at)), own.order_id, own.refund_id,
                        told.refund_id) AS turn
    FROM staged_each_refund own JOIN staged_each_refund told USING (order_id)
    WHERE NOT own.told AND told.told AND NOT (own.known AND told.known)
      AND (own.day = told.day OR starts_with(own.refund_id, '{DATED}'))
      AND own.goods + own.tax > 0
      AND (own.goods + own.tax = told.goods + told.tax
           OR (own.tax = 0 AND own.goods = told.goods
               AND NOT starts_with(own.refund_id, '{DATED}')))
      AND coalesce(own.lines = told.lines, true)
      AND NOT (own.staged AND told.staged AND NOT starts_with(told.refund_id, '{TOLD}'))
"""  # noqa: S608 - a word of our own
_ONE: Final = """
    INSERT INTO staged_one_refund (order_id, id, own, told)
    SELECT order_id, id, own, told FROM (
        SELECT *, min(turn) OVER (PARTITION BY order_id, own) AS of_own,
               min(turn) OVER (PARTITION BY order_id, told) AS of_told
        FROM staged_pairs) p
    WHERE turn = of_own AND turn = of_told
"""
_TAKEN: Final = """
    DELETE FROM staged_pairs p USING staged_one_refund o
    WHERE p.order_id = o.order_id AND (p.own = o.own OR p.told = o.told)
"""
_ONE_REFUND: Final = columns(
    "staged_one_refund", order_id="text", id="int8", own="text", told="text"
)
_MAY_BE_ONE: Final = columns(
    "staged_may_be_one", order_id="text", own="text", told="text", alike="bool"
)
_STAGE_LEFT: Final = """
    SELECT DISTINCT ON (order_id) order_id, own.refund_id AS own, told.refund_id AS told,
           own.goods + own.tax > 0 AND (own.goods + own.tax = told.goods + told.tax
               OR (own.tax = 0 AND own.goods = told.goods)) AS alike
    FROM staged_each_refund own JOIN staged_each_refund told USING (order_id)
    WHERE NOT own.told AND told.told
      AND NOT EXISTS (
          SELECT FROM staged_one_refund o
          WHERE o.order_id = own.order_id AND o.own = own.refund_id)
      AND NOT EXISTS (
          SELECT FROM staged_one_refund o
          WHERE o.order_id = own.order_id AND o.told = told.refund_id)
    ORDER BY order_id, abs(own.goods + own.tax - told.goods - told.tax), own.refund_id,
             told.refund_id
"""
_LEAVE_OUT: Final = (
    f"""
    UPDATE staged_refunds r SET processed_at = e.at
    FROM staged_one_refund o JOIN staged_each_refund e
        ON e.order_id = o.order_id AND e.refund_id = o.own
    WHERE r.order_id = o.order_id AND r.refund_id = o.told AND e.at < r.processed_at
      AND starts_with(o.own, '{DATED}')
    """,  # noqa: S608 - a word of our own
    """
    INSERT INTO staged_superseded (order_key, refund_id)
    SELECT o.id, o.own FROM staged_one_refund o
    WHERE EXISTS (SELECT FROM refunds WHERE tenant_id = %(tenant_id)s
                  AND order_id = o.id AND external_id = o.own)
    """,
    """
    DELETE FROM staged_refunds r USING staged_one_refund o
    WHERE r.order_id = o.order_id AND r.refund_id = o.own
    """,
)
_STAGES: Final = (
    ("staged_told_ids", _STAGE_TOLD_IDS),
    ("staged_each_refund", _STAGE_EACH),
    ("staged_pairs", _STAGE_PAIRS),
)
_THEIR_ORDERS: Final = "(SELECT DISTINCT order_id FROM staged_one_refund) o"


def leave_two_named(cursor: Cursor) -> tuple[NotedOrders, NotedOrders]:
    """Leave out of the input, and of the ledger, refunds of the shop's own files that events tell
    by another id. Answers of which orders, and in which two count that are as much money.

    Runs when orders are staged and ``staged_superseded`` is made. Makes ``staged_may_be_one``: of
    orders with further refunds of both kinds the two that are the likeliest to be one.
    """
    (there,) = cursor.execute(_ARE_THERE_EVENTS).fetchone() or (False,)
    if not (there and derive(cursor, "staged_two_named", _STAGE_CONCERNED)):
        leave_empty(cursor, _MAY_BE_ONE)
        return NONE_NOTED, NONE_NOTED
    leave_empty(cursor, _ONE_REFUND)
    for name, query in _STAGES:
        derive(cursor, name, query)
    while cursor.execute(_ONE).rowcount:
        cursor.execute(_TAKEN)
    derive(cursor, _MAY_BE_ONE, _STAGE_LEFT)
    for statement in _LEAVE_OUT:
        cursor.execute(statement)
    return (
        noted(cursor, _THEIR_ORDERS),
        noted(cursor, "staged_may_be_one WHERE alike"),
    )
