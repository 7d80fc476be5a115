"""Idempotence: refunds told again as the ledger has them, beside a sum of what came back.

An order of which nothing else is told keeps its refunds and the rest of its sum on their lines and
days: to weigh them anew would only move them.
"""

from typing import Final

from ingest.ledger.temporary_tables import Cursor, derive

# Of goodwill the ledger has the shares of lines, and what is told is their sum.
_EACH: Final = """
    min(processed_at) AS since, max(processed_at) AS until, min(kind) AS kind,
    sum(quantity) AS quantity, sum(amount) AS amount, sum(shipping) AS shipping, sum(tax) AS tax,
    array_agg((line_id, quantity, amount, shipping, tax)::text
              ORDER BY line_id COLLATE "C") AS parts
"""
_STAGE_CAME: Final = f"""
    SELECT order_key, refund_id, min(position) AS position,
           count(*) = 1 AND bool_or(line_id IS NULL AND amount > 0) AS goodwill, {_EACH}
    FROM staged_events JOIN staged_summed_up o USING (order_key)
    WHERE position IS NOT NULL AND NOT o.told
    GROUP BY order_key, refund_id
"""  # noqa: S608 - words of our own, as below
_STAGE_SAME: Final = f"""
    SELECT c.order_key, c.refund_id, c.position, c.goodwill
    FROM staged_came c CROSS JOIN LATERAL (
        SELECT {_EACH} FROM (
            SELECT f.*, l.external_id AS line_id
            FROM refunds f
            LEFT JOIN order_lines l
              ON l.tenant_id = %(tenant_id)s AND l.order_id = f.order_id AND l.line_no = f.line_no
            WHERE f.tenant_id = %(tenant_id)s AND f.order_id = c.order_key
              AND f.external_id = c.refund_id
            OFFSET 0) known
        HAVING count(*) > 0) k
    WHERE (k.since, k.until, k.kind, k.quantity, k.amount, k.shipping, k.tax)
        = (c.since, c.until, c.kind, c.quantity, c.amount, c.shipping, c.tax)
      AND (c.goodwill OR k.parts = c.parts)
"""  # noqa: S608 - words of our own
_LEAVE: Final = """
    DELETE FROM staged_summed_up o
    WHERE NOT told AND NOT EXISTS (
        SELECT FROM staged_came c LEFT JOIN staged_same s USING (order_key, refund_id)
        WHERE c.order_key = o.order_key
          AND (s.refund_id IS NULL OR (c.goodwill AND o.replaced)))
"""
_STAGE_GOODWILL: Final = """
    SELECT s.* FROM staged_same s
    WHERE goodwill AND order_key NOT IN (SELECT order_key FROM staged_summed_up)
"""
_STAGE_SHARES: Final = """
    SELECT e.position, e.refund_id, e.order_id, l.external_id AS line_id, f.processed_at, f.kind,
           f.quantity, f.amount, f.shipping, f.tax, e.order_key, e.paid_at, e.moves
    FROM staged_goodwill_again s JOIN staged_events e USING (order_key, refund_id, position)
    CROSS JOIN LATERAL (
        SELECT * FROM refunds
        WHERE tenant_id = %(tenant_id)s AND order_id = s.order_key AND external_id = s.refund_id
        OFFSET 0) f
    LEFT JOIN order_lines l
      ON l.tenant_id = %(tenant_id)s AND l.order_id = f.order_id AND l.line_no = f.line_no
"""
_KEEP_SHARES: Final = (
    """
    DELETE FROM staged_events e USING staged_goodwill_again s
    WHERE e.order_key = s.order_key AND e.refund_id = s.refund_id
    """,
    """
    INSERT INTO staged_events (position, refund_id, order_id, line_id, processed_at, kind, quantity,
                               amount, shipping, tax, order_key, paid_at, moves)
    SELECT * FROM staged_shares_again
    """,
)


def leave_same(cursor: Cursor) -> None:
    """Leave out of ``staged_summed_up`` the orders of which the input tells neither a sum nor a
    refund that is new or other than the ledger has it; goodwill of these keeps its lines.
    """
    if derive(cursor, "staged_came", _STAGE_CAME) == 0:
        cursor.execute("DELETE FROM staged_summed_up WHERE NOT told")
        return
    derive(cursor, "staged_same", _STAGE_SAME)
    cursor.execute(_LEAVE)
    if derive(cursor, "staged_goodwill_again", _STAGE_GOODWILL):
        derive(cursor, "staged_shares_again", _STAGE_SHARES)
        for statement in _KEEP_SHARES:
            cursor.execute(statement)
