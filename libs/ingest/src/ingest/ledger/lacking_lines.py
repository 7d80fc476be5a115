"""Orders of an export that lack a line of which a refund is known: they stay as they are known.

A program that loads orders by JSON, or a shop's own file, calls lines as it likes, and a refund of
such a line is of none of the export's. One such order keeps no export out.
"""

from typing import Final

from ingest.ledger.refund_sum_ids import is_sum
from ingest.ledger.temporary_tables import Cursor, columns, derive, leave_empty
from ingest.rows import CANCELLED, REFUNDED, TOLD

# An export spreads what it tells itself over the lines that it has.
_STAGE_OWN_REFUNDS: Final = f"""
    SELECT f.order_id AS key, f.external_id AS refund_id, l.external_id AS line_id
    FROM refunds f
    JOIN order_lines l
      ON l.tenant_id = f.tenant_id AND l.order_id = f.order_id AND l.line_no = f.line_no
    WHERE f.tenant_id = %(tenant_id)s AND f.external_id NOT IN ('{CANCELLED}', '{REFUNDED}')
      AND NOT starts_with(f.external_id, '{TOLD}')
"""  # noqa: S608 - words of our own
_STAGE_OF_ORDERS: Final = f"""
    SELECT o.external_id AS order_id, r.* FROM staged_own_refunds r
    JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.id = r.key
    WHERE NOT {is_sum("r.refund_id", "o.external_id")}
"""  # noqa: S608 - words of our own
_STAGE_LACKING: Final = """
    SELECT DISTINCT h.position AS head, h.order_id
    FROM staged_known_lines r
    JOIN staged_order_lines h
      ON h.order_id = r.order_id AND h.placed_at IS NOT NULL AND h.head >= h.position
    WHERE NOT EXISTS (
            SELECT FROM staged_order_lines l WHERE l.head = h.position AND l.line_id = r.line_id)
      AND NOT EXISTS (
            SELECT FROM staged_refunds s
            WHERE s.order_id = r.order_id AND s.refund_id = r.refund_id)
      AND NOT EXISTS (
            SELECT FROM staged_edits_gone g
            WHERE g.order_key = r.key AND g.refund_id = r.refund_id)
"""
_LACKING: Final = columns("staged_lacking", head="int8", order_id="text")
_LEAVE_OUT: Final = (
    "DELETE FROM staged_order_lines l USING staged_lacking k WHERE l.head = k.head",
    """
    DELETE FROM staged_refunds r USING staged_lacking k
    WHERE r.order_id = k.order_id AND r.position < %(exported_before)s
    """,
)


def leave_lacking(cursor: Cursor, exported_before: int) -> None:
    """Leave out what an export has of them: its refunds stand before the position
    ``exported_before``, which is 0 where there is no export.

    Runs when runs are joined and orders have their names. Makes ``staged_lacking``: these orders.
    """
    if not (exported_before and derive(cursor, "staged_own_refunds", _STAGE_OWN_REFUNDS)):
        leave_empty(cursor, _LACKING)
        return
    derive(cursor, "staged_known_lines", _STAGE_OF_ORDERS)
    if derive(cursor, _LACKING, _STAGE_LACKING):
        for statement in _LEAVE_OUT:
            cursor.execute(statement, {"exported_before": exported_before})
