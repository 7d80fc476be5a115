"""Sums of exports that are less than what the ledger has from another: said, or left out as older.

Exports overlap, and may come in any turn. One that tells less paid back of an order than is known
was written before, or something was taken back since. Where none of its times reaches the day of
the known sum, it was before, and that stays.
"""

from typing import Final

from common.reports.document.gaps import GapKind
from ingest.ledger.noted_orders import NONE_NOTED, NotedOrders, noted
from ingest.ledger.refund_sum_ids import is_sum
from ingest.ledger.temporary_tables import Cursor, derive
from ingest.rows import TOLD

# Where a sum has a row, it and the refunds beside it are what was told. Days that were assumed tell
# nothing. Each order is looked up by itself, whatever is known of tables that were just filled.
_STAGE_LESS: Final = f"""
    SELECT s.order_id, s.position,
           k.at > s.latest AND a.order_id IS NULL AND NOT EXISTS (
               SELECT FROM data_gaps g
               WHERE g.tenant_id = %(tenant_id)s AND g.order_id = s.order_id
                 AND g.kind = '{GapKind.ASSUMED_REFUND_DATES.value}') AS older
    FROM (
        SELECT order_id, min(position) AS position, f.latest,
               sum(amount) + sum(shipping) + sum(tax) AS back
        FROM staged_refunds CROSS JOIN (
            SELECT greatest((SELECT max(greatest(placed_at, paid_at)) FROM staged_order_lines),
                            (SELECT max(processed_at) FROM staged_refunds)) AS latest) f
        WHERE position < {{exported_before:d}} AND {is_sum("refund_id", "order_id")}
        GROUP BY order_id, f.latest) s
    LEFT JOIN (
        SELECT DISTINCT order_id FROM staged_gaps
        WHERE kind = '{GapKind.ASSUMED_REFUND_DATES.value}') a USING (order_id)
    CROSS JOIN LATERAL (
        SELECT id FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = s.order_id LIMIT 1) o
    CROSS JOIN LATERAL (
        SELECT max(processed_at) FILTER (WHERE {is_sum("external_id", "s.order_id")}) AS at,
               sum(amount + shipping + tax) AS back,
               bool_or(starts_with(external_id, '{TOLD}')) AS told
        FROM refunds WHERE tenant_id = %(tenant_id)s AND order_id = o.id) k
    WHERE k.at IS NOT NULL AND NOT k.told AND s.back < k.back
"""  # noqa: S608 - words of our own, as below
_LEAVE_OUT: Final = f"""
    DELETE FROM staged_refunds r USING staged_less l
    WHERE l.older AND r.order_id = l.order_id AND r.position < %(exported_before)s
      AND {is_sum("r.refund_id", "r.order_id")}
"""  # noqa: S608 - words of our own


def leave_lesser_sums(cursor: Cursor, exported_before: int) -> tuple[NotedOrders, NotedOrders]:
    """Leave out an export's sums (before the position ``exported_before``) that are older than what
    the ledger has. Answers of which orders, and of which others an export tells less.

    Runs when orders are staged.
    """
    if not exported_before or not derive(
        cursor, "staged_less", _STAGE_LESS.format(exported_before=exported_before)
    ):
        return NONE_NOTED, NONE_NOTED
    cursor.execute(_LEAVE_OUT, {"exported_before": exported_before})
    return (
        noted(cursor, "staged_less WHERE older", by="position"),
        noted(cursor, "staged_less WHERE NOT older", by="position"),
    )
