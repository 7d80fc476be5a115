"""Pieces and room of the lines that a sum of refunds gives back of, beside other refunds.

A sum of all brings back what pieces the others name no more, also where one of them is corrected.
Else they take theirs of the sum's, as far as they are told anew.
"""

from typing import Final

from ingest.ledger.refund_sum_ids import is_sum
from ingest.ledger.temporary_tables import Cursor, derive
from ingest.rows import TOLD

# Pieces of the refunds of the sum's lines as they are, and as the ledger has them with its rest.
_STAGE_PIECES: Final = f"""
    WITH befores AS (
        SELECT o.order_key, l.external_id AS line_id, sum(f.quantity) AS both_had,
               coalesce(sum(f.quantity) FILTER (
                   WHERE NOT {is_sum("f.external_id", "o.order_id")}), 0) AS had
        FROM staged_summed_up o CROSS JOIN LATERAL (
            SELECT external_id, line_no, order_id, tenant_id, quantity FROM refunds
            WHERE tenant_id = %(tenant_id)s AND order_id = o.order_key AND quantity > 0
              AND NOT starts_with(external_id, '{TOLD}')
            OFFSET 0) f
        JOIN order_lines l ON l.tenant_id = f.tenant_id AND l.order_id = f.order_id
             AND l.line_no = f.line_no
        WHERE NOT o.told GROUP BY o.order_key, l.external_id
    ), each_one AS (
        SELECT g.order_key, g.line_id, g.line_no, g.quantity, g.worth, o.told,
               coalesce(e.pieces, 0) AS pieces, coalesce(e.amount, 0) AS amount,
               coalesce(b.had, 0) AS had, coalesce(b.both_had, 0) AS both_had
        FROM staged_summed_up o JOIN staged_goods g USING (order_key)
        LEFT JOIN (
            SELECT order_key, line_id, sum(quantity) AS pieces, sum(amount) AS amount
            FROM staged_events GROUP BY order_key, line_id) e USING (order_key, line_id)
        LEFT JOIN befores b USING (order_key, line_id)
    ), wholes AS (
        SELECT order_key, sum(both_had) = sum(quantity) AND l.stated >= sum(worth)
            + max(coalesce(s.shipping + s.tax, o.shipping + o.tax)) AS all_back
        FROM each_one JOIN staged_left l USING (order_key)
        LEFT JOIN staged_orders s ON s.id = order_key
        LEFT JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.id = order_key
        GROUP BY order_key, l.stated
    )
    SELECT order_key, line_id, line_no, greatest(worth - amount, 0) AS room,
           CASE WHEN told THEN pieces
                WHEN all_back THEN pieces - had
                ELSE greatest(pieces - had, 0) END AS taken
    FROM each_one JOIN wholes USING (order_key)
"""  # noqa: S608 - words of our own


def stage_pieces(cursor: Cursor) -> None:
    """Make ``staged_pieces_of_sums``: of each line its room, and what of the sum's pieces refunds
    beside it take.
    """
    derive(cursor, "staged_pieces_of_sums", _STAGE_PIECES)
