"""Refunds that events stated one by one, of orders of which an export has only their sum.

Where both come to the same and the refunds fit the order as the export has it, they stay on their
days and the sum is left out; else the sum supersedes them. They never count beside each other.
"""

from typing import Final

from common.reports.document.gaps import GapKind
from ingest.ledger.staging import Cursor, derive
from ingest.rows import REFUNDED

_STAGE_SUMMED: Final = """
    SELECT o.id, r.order_id, sum(r.amount) + sum(r.shipping) + sum(r.tax) AS back
    FROM staged_refunds r
    JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = r.order_id
    WHERE r.refund_id = %(refunded)s AND EXISTS (
        SELECT FROM refunds f WHERE f.tenant_id = %(tenant_id)s AND f.order_id = o.id
            AND f.external_id <> r.refund_id)
    GROUP BY o.id, r.order_id
"""
# An order without a number of its own is called by its id.
_STAGE_STATED: Final = """
    SELECT s.id, s.order_id, s.back, f.external_id AS refund_id, l.external_id AS line_id,
           f.processed_at, f.quantity, f.amount, f.shipping, f.tax
    FROM staged_summed s
    JOIN refunds f ON f.tenant_id = %(tenant_id)s AND f.order_id = s.id
    LEFT JOIN order_lines l
        ON l.tenant_id = %(tenant_id)s AND l.order_id = s.id AND l.line_no = f.line_no
    WHERE (s.order_id, f.external_id) IN (
        SELECT coalesce(nullif(w.facts #>> '{order,1,number}', ''), w.order_id), k.refund_id
        FROM webhook_orders w CROSS JOIN json_object_keys(w.facts -> 'refunds') k (refund_id)
        WHERE w.tenant_id = %(tenant_id)s)
"""
_STAGE_AGREED: Final = """
    WITH heads AS (
        SELECT position, order_id, paid_at, shipping, tax FROM staged_order_lines
        WHERE placed_at IS NOT NULL AND head >= position
          AND order_id IN (SELECT order_id FROM staged_stated)
    ), beyond AS (
        SELECT s.order_id FROM staged_stated s
        JOIN heads h USING (order_id)
        LEFT JOIN staged_order_lines l ON l.head = h.position AND l.line_id = s.line_id
        LEFT JOIN staged_shares w ON w.position = l.position
        WHERE s.line_id IS NOT NULL
        GROUP BY s.order_id, s.line_id
        HAVING sum(s.quantity) > coalesce(min(l.quantity), 0)
            OR sum(s.amount) > coalesce(
                min(l.unit_price::numeric * l.quantity + l.remainder - l.line_discount
                    - coalesce(l.share, w.share, 0)), 0)
    )
    SELECT s.id, s.order_id FROM staged_stated s JOIN heads h USING (order_id)
    WHERE order_id NOT IN (SELECT order_id FROM beyond)
    GROUP BY s.id, s.order_id, s.back, h.paid_at, h.shipping, h.tax
    HAVING sum(s.amount) + sum(s.shipping) + sum(s.tax) = s.back
       AND sum(s.shipping) <= h.shipping AND sum(s.tax) <= h.tax
       AND min(s.processed_at) >= h.paid_at
"""
_LEAVE_SUMS: Final = """
    DELETE FROM staged_refunds r USING staged_agreed a
    WHERE r.order_id = a.order_id AND r.refund_id = %(refunded)s
"""
_LEAVE_GAPS: Final = """
    DELETE FROM staged_gaps g USING staged_agreed a
    WHERE g.order_id = a.order_id AND g.kind = %(assumed)s
"""
_STAGE_SUPERSEDED: Final = """
    SELECT DISTINCT id AS order_key,
           CASE WHEN id IN (SELECT id FROM staged_agreed) THEN %(refunded)s::text
                ELSE refund_id END AS refund_id
    FROM staged_stated
"""
_NONE: Final = "SELECT 0::bigint AS order_key, ''::text AS refund_id LIMIT 0"


def settle_stated_refunds(cursor: Cursor, *, events_know_more: bool) -> None:
    """Choose between the sums that are staged and what events stated.

    Runs when orders are staged. Makes ``staged_superseded``: refunds of
    the ledger (``order_key``, ``refund_id``) that go, as others are the same money.
    """
    given = {"refunded": REFUNDED, "assumed": GapKind.ASSUMED_REFUND_DATES.value}
    if not (
        events_know_more
        and derive(cursor, "staged_summed", _STAGE_SUMMED, given)
        and derive(cursor, "staged_stated", _STAGE_STATED)
    ):
        derive(cursor, "staged_superseded", _NONE)
        return
    if derive(cursor, "staged_agreed", _STAGE_AGREED):
        cursor.execute(_LEAVE_SUMS, given)
        cursor.execute(_LEAVE_GAPS, given)
    derive(cursor, "staged_superseded", _STAGE_SUPERSEDED, given)
