"""Sums of cancelled orders that an export told before, beside refunds that come without an order.

Such a refund is part of the sum, as it is where it was known first: what the ledger has of the
cancelling, with the refunds beside it, is the sum, and is staged again to be settled anew. Where
nothing is left of it, what comes is told by nobody else, and counts on top. So does what names no
line: what it takes of which is not known before it is spread.
"""

from typing import Final

from ingest.ledger.temporary_tables import Cursor, columns, derive, leave_empty
from ingest.rows import CANCELLED

_ALONE: Final = """
    SELECT EXISTS (
        SELECT FROM staged_refunds WHERE order_id NOT IN (SELECT order_id FROM staged_orders))
"""
# Each order is looked up by itself, whatever is known of tables that were just filled.
_STAGE_AGAIN: Final = f"""
    SELECT s.order_id, s.position, f.back, o.id, o.shipping, o.tax
    FROM (
        SELECT order_id, min(position) AS position FROM staged_refunds
        WHERE order_id NOT IN (SELECT order_id FROM staged_orders)
        GROUP BY order_id
        HAVING NOT bool_or(refund_id = '{CANCELLED}') AND NOT bool_or(line_id IS NULL)) s
    CROSS JOIN LATERAL (
        SELECT id, shipping, tax FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = s.order_id LIMIT 1) o
    CROSS JOIN LATERAL (
        SELECT sum(amount + shipping + tax) AS back,
               sum(amount + shipping + tax) FILTER (WHERE external_id = '{CANCELLED}') AS rest
        FROM refunds WHERE tenant_id = %(tenant_id)s AND order_id = o.id) f
    WHERE f.rest > 0
"""  # noqa: S608 - a word of our own, as below
_AGAIN: Final = columns(
    "staged_sums_again",
    order_id="text",
    position="int8",
    back="numeric",
    id="int8",
    shipping="int8",
    tax="int8",
)
# A row a line: what is left may be of lines of which nothing was before.
_STAGE_ROWS: Final = f"""
    INSERT INTO staged_refunds (position, refund_id, order_id, line_id, processed_at, kind,
                                quantity, amount, shipping, tax)
    SELECT c.position + row_number() OVER (PARTITION BY c.id ORDER BY l.line_no) - 1,
           '{CANCELLED}', c.order_id, l.external_id,
           min(f.processed_at) OVER (PARTITION BY c.id), 'cancel', coalesce(f.quantity, 0),
           coalesce(f.amount, 0), coalesce(f.shipping, 0), coalesce(f.tax, 0)
    FROM staged_sums_again c
    JOIN order_lines l ON l.tenant_id = %(tenant_id)s AND l.order_id = c.id
    LEFT JOIN refunds f
      ON f.tenant_id = %(tenant_id)s AND f.order_id = c.id AND f.line_no = l.line_no
     AND f.external_id = '{CANCELLED}'
"""  # noqa: S608 - a word of our own


def stage_no_sums_again(cursor: Cursor) -> None:
    """Make ``staged_sums_again`` without any."""
    leave_empty(cursor, _AGAIN)


def stage_sums_again(cursor: Cursor) -> None:
    """Stage these sums as they are in the ledger, and their orders: ``staged_sums_again``.

    Runs when orders are staged.
    """
    if cursor.execute(_ALONE).fetchone() != (True,):
        stage_no_sums_again(cursor)
    elif derive(cursor, _AGAIN, _STAGE_AGAIN):
        cursor.execute(_STAGE_ROWS)
