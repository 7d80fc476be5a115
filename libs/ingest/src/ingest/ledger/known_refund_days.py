"""Days of refunds that another export told: one that can only assume them moves nothing."""

from typing import Final

from common.reports.document.gaps import GapKind
from ingest.ledger.refund_sum_ids import is_sum
from ingest.ledger.temporary_tables import Cursor, derive

_ASSUMED: Final = f"kind = '{GapKind.ASSUMED_REFUND_DATES.value}'"
# A refund is assumed to be of the day of the payment, and was not before that.
_STAGE_KNOWN_DAYS: Final = f"""
    SELECT s.order_id, s.refund_id, k.at
    FROM (
        SELECT order_id, refund_id, min(processed_at) AS at,
               sum(amount) + sum(shipping) + sum(tax) AS back
        FROM staged_refunds
        WHERE position < {{exported_before:d}} AND {is_sum("refund_id", "order_id")}
          AND order_id IN (SELECT order_id FROM staged_gaps WHERE {_ASSUMED})
        GROUP BY order_id, refund_id) s
    CROSS JOIN LATERAL (
        SELECT id FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = s.order_id LIMIT 1) o
    CROSS JOIN LATERAL (
        SELECT min(processed_at) AS at, sum(amount + shipping + tax) AS back FROM refunds
        WHERE tenant_id = %(tenant_id)s AND order_id = o.id AND external_id = s.refund_id) k
    WHERE k.back = s.back AND k.at > s.at AND NOT EXISTS (
        SELECT FROM data_gaps
        WHERE tenant_id = %(tenant_id)s AND order_id = s.order_id AND {_ASSUMED}
          AND amount IS DISTINCT FROM 0)
"""  # noqa: S608 - words of our own, as below
_KEEP: Final = (
    """
    UPDATE staged_refunds r SET processed_at = k.at FROM staged_known_days k
    WHERE r.order_id = k.order_id AND r.refund_id = k.refund_id
    """,
    f"""
    DELETE FROM staged_gaps g USING staged_known_days k
    WHERE g.order_id = k.order_id AND g.{_ASSUMED}
    """,  # noqa: S608
)


def keep_known_days(cursor: Cursor, exported_before: int) -> None:
    """Give an export's sums of refunds (before the position ``exported_before``) the days that the
    ledger has of as much, where the export assumes them.

    Runs when orders have their names.
    """
    query = _STAGE_KNOWN_DAYS.format(exported_before=exported_before)
    if exported_before and derive(cursor, "staged_known_days", query):
        for statement in _KEEP:
            cursor.execute(statement)
