"""Lines of orders whose refunds events told, and of which an export has only the sum.

An exporter may tell a line by the rounded cost of a piece: its lines come to what the order's sums
have, and one is a cent more and another a cent less than what came back of it. Where the order is
the same but for that, and the sum is what refunds come to that were told, these stay
(``ingest.ledger.stated_refunds``), and so do the lines that they are of.
"""

from typing import Final

from ingest.ledger.temporary_tables import Cursor, derive
from ingest.rows import REFUNDED, TOLD

# Each order is looked up by itself, whatever is known of tables that were just filled.
_STAGE_SUMS: Final = f"""
    SELECT s.order_id, o.*, f.first_at
    FROM (
        SELECT order_id, sum(amount) + sum(shipping) + sum(tax) AS back FROM staged_refunds
        WHERE refund_id = '{REFUNDED}' AND position < {{exported_before:d}} GROUP BY order_id) s
    CROSS JOIN LATERAL (
        SELECT id, discount, shipping, tax FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = s.order_id LIMIT 1) o
    CROSS JOIN LATERAL (
        SELECT bool_or(so_far = s.back) AS agreed, min(at) AS first_at FROM (
            SELECT at, sum(given) OVER (ORDER BY at, length(refund_id), refund_id) AS so_far
            FROM (
                SELECT external_id AS refund_id, min(processed_at) AS at,
                       sum(amount) + sum(shipping) + sum(tax) AS given
                FROM refunds
                WHERE tenant_id = %(tenant_id)s AND order_id = o.id
                  AND starts_with(external_id, '{TOLD}')
                GROUP BY external_id) each_one) turns) f
    WHERE f.agreed
"""  # noqa: S608 - words of our own
_STAGE_THEIRS: Final = """
    SELECT h.position AS head, k.id, k.discount, count(*) AS lines,
           sum(l.unit_price::numeric * l.quantity + l.remainder - l.line_discount)
           - min(h.order_discount) AS paid
    FROM staged_summed_orders k
    JOIN staged_order_lines h
      ON h.order_id = k.order_id AND h.placed_at IS NOT NULL AND h.head >= h.position
    JOIN staged_order_lines l ON l.head = h.position
    WHERE h.paid_at <= k.first_at AND h.shipping = k.shipping AND h.tax = k.tax
    GROUP BY h.position, k.id, k.discount
"""
_STAGE_OURS: Final = """
    SELECT k.head, k.id, k.discount
    FROM staged_lines_of_sums k
    JOIN order_lines s ON s.tenant_id = %(tenant_id)s AND s.order_id = k.id
    LEFT JOIN staged_order_lines l
      ON l.head = k.head AND l.line_id = s.external_id AND l.quantity = s.quantity
    GROUP BY k.head, k.id, k.discount, k.lines, k.paid
    HAVING count(*) = k.lines AND count(l.position) = k.lines
       AND sum(s.unit_price::numeric * s.quantity + s.remainder - s.line_discount) - k.discount
           = k.paid
"""
_KEEP: Final = (
    """
    UPDATE staged_order_lines l
    SET unit_price = s.unit_price, line_discount = s.line_discount, remainder = s.remainder,
        share = s.order_discount
    FROM staged_lines_told k JOIN order_lines s
      ON s.tenant_id = %(tenant_id)s AND s.order_id = k.id
    WHERE l.head = k.head AND l.line_id = s.external_id
    """,
    """
    UPDATE staged_order_lines h SET order_discount = k.discount
    FROM staged_lines_told k WHERE h.position = k.head
    """,
)


def keep_told_lines(cursor: Cursor, exported_before: int) -> None:
    """Give the staged lines of such orders the amounts that the ledger has; the sums of an export
    stand before the position ``exported_before``.

    Runs when runs are joined and orders have their names and the days of their payments.
    """
    steps = (
        ("staged_summed_orders", _STAGE_SUMS.format(exported_before=exported_before)),
        ("staged_lines_of_sums", _STAGE_THEIRS),
        ("staged_lines_told", _STAGE_OURS),
    )
    if exported_before and all(derive(cursor, *each) for each in steps):
        for statement in _KEEP:
            cursor.execute(statement)
