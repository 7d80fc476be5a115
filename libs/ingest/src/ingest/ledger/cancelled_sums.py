"""What an export's cancellings give back, of orders whose refunds the ledger knows one by one.

An export has all that was paid back of a cancelled order as one sum, on the day of the cancelling.
Refunds that are known (an event told each, or a file, before it, beside it or behind it) are part
of that: they stay on their days and lines, and the cancelling gives back what they leave of the sum
and of the pieces. A sum that the ledger has as it is, beside others, was taken so before, and stays
where nothing new is beside it.
"""

from typing import Final

from ingest.ledger.cancelled_sums_again import stage_no_sums_again, stage_sums_again
from ingest.ledger.noted_orders import NONE_NOTED, NotedOrders, noted
from ingest.ledger.temporary_tables import Cursor, columns, derive
from ingest.rows import CANCELLED, CANCELLED_SUM

_ANY: Final = f"SELECT EXISTS (SELECT FROM staged_refunds WHERE refund_id = '{CANCELLED}')"  # noqa: S608 - a word of our own, as below
_STAYS: Final = """
    NOT EXISTS (SELECT FROM staged_superseded p
                WHERE p.order_key = r.order_id AND p.refund_id = r.external_id)
"""
# Each order is looked up by itself, whatever is known of tables that were just filled.
_STAGE_CANCELLED: Final = f"""
    SELECT s.order_id, s.position, s.back, o.id, least(f.first, s.first) AS first
    FROM (
        SELECT order_id, min(position) FILTER (WHERE sums) AS position,
               min(processed_at) FILTER (WHERE sums) AS at,
               sum(quantity) FILTER (WHERE sums) AS pieces,
               sum(amount + shipping + tax) FILTER (WHERE sums) AS back,
               array_agg(refund_id) FILTER (WHERE NOT sums) AS ids,
               min(processed_at) FILTER (WHERE NOT sums AND kind <> 'edit') AS first
        FROM (SELECT *, refund_id = '{CANCELLED}' AS sums FROM staged_refunds) each_row
        GROUP BY order_id HAVING bool_or(sums)) s
    JOIN staged_orders o USING (order_id)
    CROSS JOIN LATERAL (
        SELECT bool_or(NOT sums) AS others, array_agg(external_id) AS ids,
               min(processed_at) FILTER (WHERE NOT sums AND kind <> 'edit') AS first,
               min(processed_at) FILTER (WHERE sums) AS at,
               sum(quantity) FILTER (WHERE sums) AS pieces,
               sum(amount + shipping + tax) FILTER (WHERE sums) AS back
        FROM (
            SELECT *, external_id = '{CANCELLED}' AS sums FROM refunds r
            WHERE tenant_id = %(tenant_id)s AND order_id = o.id AND {_STAYS}) r) f
    WHERE NOT s.ids <@ coalesce(f.ids, '{{}}')
       OR ((f.others OR s.ids IS NOT NULL)
           AND (f.at, f.pieces, f.back) IS DISTINCT FROM (s.at, s.pieces, s.back))
"""  # noqa: S608 - words of our own
_CANCELLED: Final = columns(
    "staged_cancelled",
    order_id="text",
    position="int8",
    back="numeric",
    id="int8",
    first="timestamptz",
)
_STAGE_BESIDE: Final = f"""
    SELECT c.order_id, c.position, f.external_id AS refund_id, f.line_id, f.processed_at, f.kind,
           f.quantity, f.amount, f.shipping, f.tax, false AS again
    FROM staged_cancelled c CROSS JOIN LATERAL (
        SELECT r.*, l.external_id AS line_id
        FROM refunds r
        LEFT JOIN order_lines l
          ON l.tenant_id = %(tenant_id)s AND l.order_id = r.order_id AND l.line_no = r.line_no
        WHERE r.tenant_id = %(tenant_id)s AND r.order_id = c.id AND r.external_id <> '{CANCELLED}'
          AND {_STAYS}
        OFFSET 0) f
"""  # noqa: S608 - words of our own
_STAGE_TOLD: Final = f"""
    SELECT s.*, o.id, NULL::timestamptz AS first
    FROM (
        SELECT order_id, min(position) AS position, sum(amount) + sum(shipping) + sum(tax) AS back
        FROM staged_refunds WHERE refund_id = '{CANCELLED_SUM}' GROUP BY order_id) s
    JOIN staged_orders o USING (order_id)
    UNION ALL
    SELECT order_id, position, back, id, NULL FROM staged_sums_again
"""  # noqa: S608 - a word of our own
_NAME_TOLD: Final = f"""
    UPDATE staged_refunds SET refund_id = '{CANCELLED}' WHERE refund_id = '{CANCELLED_SUM}'
"""  # noqa: S608 - words of our own
_TAKE_AS_TOLD: Final = (
    """
    DELETE FROM staged_beside b USING staged_refunds r
    WHERE b.order_id = r.order_id AND b.refund_id = r.refund_id
    """,
    f"""
    INSERT INTO staged_beside
    SELECT r.order_id, c.position, r.refund_id, r.line_id, r.processed_at, r.kind, r.quantity,
           r.amount, r.shipping, r.tax, true
    FROM staged_refunds r JOIN staged_cancelled c USING (order_id)
    WHERE r.refund_id <> '{CANCELLED}'
    """,  # noqa: S608 - a word of our own
)
# A part is a line by its id, or what a line's id cannot be: no id begins with a space.
_STAGE_PARTS: Final = f"""
    WITH heads AS (
        SELECT h.position, h.order_id, h.shipping, h.tax
        FROM staged_order_lines h JOIN staged_cancelled c USING (order_id)
        WHERE h.placed_at IS NOT NULL AND h.head >= h.position
    ), charged AS (
        SELECT h.order_id, l.line_id AS part, l.position AS place, l.quantity,
               l.unit_price::numeric * l.quantity + l.remainder - l.line_discount
               - coalesce(l.share, w.share, 0) AS worth
        FROM heads h JOIN staged_order_lines l ON l.head = h.position
        LEFT JOIN staged_shares w ON w.position = l.position
        WHERE NOT l.again
        UNION ALL
        SELECT h.order_id, p.part, NULL, 0, p.worth
        FROM heads h CROSS JOIN LATERAL (VALUES (' shipping', h.shipping), (' tax', h.tax))
            AS p (part, worth)
        UNION ALL
        SELECT c.order_id, l.external_id, l.line_no, l.quantity,
               l.unit_price::numeric * l.quantity + l.remainder - l.line_discount
               - l.order_discount
        FROM staged_sums_again c
        JOIN order_lines l ON l.tenant_id = %(tenant_id)s AND l.order_id = c.id
        UNION ALL
        SELECT c.order_id, p.part, NULL, 0, p.worth
        FROM staged_sums_again c
        CROSS JOIN LATERAL (VALUES (' shipping', c.shipping), (' tax', c.tax)) AS p (part, worth)
    ), said AS (
        SELECT order_id, p.part, sum(p.worth) AS worth
        FROM staged_refunds r JOIN staged_cancelled USING (order_id) CROSS JOIN LATERAL (VALUES
            (r.line_id, r.amount), (' shipping', r.shipping), (' tax', r.tax)) AS p (part, worth)
        WHERE r.refund_id = '{CANCELLED}' GROUP BY order_id, p.part
    ), given AS (
        SELECT order_id, p.part, sum(p.quantity) AS quantity, sum(p.worth) AS worth
        FROM staged_beside b CROSS JOIN LATERAL (VALUES
            (b.line_id, b.quantity, b.amount), (' shipping', 0, b.shipping), (' tax', 0, b.tax))
            AS p (part, quantity, worth)
        GROUP BY order_id, p.part
    )
    SELECT order_id, part, c.place, greatest(c.quantity - coalesce(g.quantity, 0), 0) AS pieces,
           greatest(c.worth - coalesce(g.worth, 0), 0) AS room,
           coalesce(s.worth, 0) - coalesce(g.worth, 0) AS rest,
           c.place IS NULL OR s.worth = c.worth AS whole
    FROM charged c LEFT JOIN said s USING (order_id, part) LEFT JOIN given g USING (order_id, part)
"""  # noqa: S608 - words of our own
# Part by part, where all goods come back and what is known fits; else of what is left of all in
# proportion, as an event's money is.
_STAGE_RESTS: Final = """
    WITH known AS (
        SELECT order_id, sum(amount) + sum(shipping) + sum(tax) AS back
        FROM staged_beside GROUP BY order_id
    ), lefts AS (
        SELECT order_id, c.back - coalesce(k.back, 0) AS back
        FROM staged_cancelled c LEFT JOIN known k USING (order_id)
    ), orders AS (
        SELECT order_id, c.back = sum(p.rest)
                   AND bool_and(p.whole AND p.rest BETWEEN 0 AND p.room) AS fits,
               sum(p.room) AS room, least(greatest(c.back, 0), sum(p.room)) AS money
        FROM lefts c JOIN staged_parts p USING (order_id)
        GROUP BY order_id, c.back
    ), shares AS (
        SELECT p.*, o.fits, o.money, div(o.money * p.room, nullif(o.room, 0)) AS share,
               row_number() OVER (PARTITION BY order_id
                   ORDER BY mod(o.money * p.room, nullif(o.room, 0)) DESC, p.place) AS turn
        FROM staged_parts p JOIN orders o USING (order_id)
    ), left_over AS (
        SELECT *, money - sum(share) OVER (PARTITION BY order_id) AS left_over FROM shares
    )
    SELECT order_id, part, pieces, money,
           (CASE WHEN fits THEN rest ELSE coalesce(share + (turn <= left_over)::int, 0) END)::bigint
           AS amount
    FROM left_over
"""
_GIVE_RESTS: Final = f"""
    WITH besides AS (
        SELECT order_id, max(amount) FILTER (WHERE part = ' shipping') AS shipping,
               max(amount) FILTER (WHERE part = ' tax') AS tax
        FROM staged_rests GROUP BY order_id
    )
    UPDATE staged_refunds r
    SET quantity = p.pieces, amount = p.amount,
        shipping = CASE WHEN r.position = c.position THEN b.shipping ELSE 0 END,
        tax = CASE WHEN r.position = c.position THEN b.tax ELSE 0 END,
        processed_at = CASE WHEN p.money > 0 THEN r.processed_at
                            ELSE greatest(r.processed_at, c.first) END
    FROM staged_cancelled c JOIN besides b USING (order_id) JOIN staged_rests p USING (order_id)
    WHERE r.refund_id = '{CANCELLED}' AND r.order_id = c.order_id AND p.part = r.line_id
"""  # noqa: S608 - words of our own
_LEAVE_NOTHINGS: Final = f"""
    DELETE FROM staged_refunds r USING staged_cancelled c
    WHERE r.order_id = c.order_id AND r.refund_id = '{CANCELLED}'
      AND r.quantity = 0 AND r.amount = 0 AND r.shipping = 0 AND r.tax = 0
"""  # noqa: S608 - words of our own
_KEEP_BESIDE: Final = """
    INSERT INTO staged_refunds (position, refund_id, order_id, line_id, processed_at, kind,
                                quantity, amount, shipping, tax)
    SELECT position, refund_id, order_id, line_id, processed_at, kind, quantity, amount, shipping,
           tax
    FROM staged_beside WHERE NOT again
"""
_SUPERSEDE: Final = f"""
    INSERT INTO staged_superseded (order_key, refund_id)
    SELECT c.id, '{CANCELLED}' FROM staged_cancelled c
    WHERE NOT EXISTS (
        SELECT FROM staged_refunds r
        WHERE r.order_id = c.order_id AND r.refund_id = '{CANCELLED}')
"""  # noqa: S608 - words of our own


def settle_cancelled_sums(cursor: Cursor) -> NotedOrders:
    """Leave of the sums of cancelled orders that are staged what the known refunds do not give
    back.

    Runs when orders are staged and ``staged_superseded`` is made. Answers of which orders.
    """
    (there,) = cursor.execute(_ANY).fetchone() or (False,)
    if not there or not derive(cursor, _CANCELLED, _STAGE_CANCELLED):
        return NONE_NOTED
    stage_no_sums_again(cursor)
    derive(cursor, "staged_beside", _STAGE_BESIDE)
    for statement in _TAKE_AS_TOLD:
        cursor.execute(statement)
    _leave_rests(cursor)
    for statement in (_KEEP_BESIDE, _SUPERSEDE):
        cursor.execute(statement)
    return noted(cursor, "staged_cancelled", by="position")


def settle_told_sums(cursor: Cursor) -> NotedOrders:
    """Leave of sums that an export told before, and that events or a file tell refunds of, what all
    refunds that are known do not give back.

    Runs when orders are staged and ``staged_superseded`` is made. Answers of which orders that come
    without their lines.
    """
    stage_sums_again(cursor)
    if not derive(cursor, _CANCELLED, _STAGE_TOLD):
        return NONE_NOTED
    cursor.execute(_NAME_TOLD)
    derive(cursor, "staged_beside", _STAGE_BESIDE)
    for statement in _TAKE_AS_TOLD:
        cursor.execute(statement)
    _leave_rests(cursor)
    cursor.execute(_SUPERSEDE)
    return noted(cursor, "staged_sums_again", by="position")


def _leave_rests(cursor: Cursor) -> None:
    derive(cursor, "staged_parts", _STAGE_PARTS)
    derive(cursor, "staged_rests", _STAGE_RESTS)
    for statement in (_GIVE_RESTS, _LEAVE_NOTHINGS):
        cursor.execute(statement)
