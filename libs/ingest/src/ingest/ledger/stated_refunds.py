"""Refunds that events told one by one, of orders of which an export has only their sum.

Where both come to the same and the refunds fit the order as the export has it, they stay on their
days, or the sum's where that is earlier (the first of them alone where that is the first's), and
the sum is left out; so it is where it is what the first of them come to, as it is older than the
others. Else, and where the sum is no export's, it supersedes them. They never count beside each
other, and one that is told again stays on the earliest of its days.
"""

from typing import Final

from common.reports.document.gaps import GapKind
from ingest.ledger.noted_orders import NONE_NOTED, NotedOrders, noted
from ingest.ledger.temporary_tables import Cursor, columns, derive, leave_empty
from ingest.rows import REFUNDED, TOLD

# Each order is looked up by itself, whatever is known of tables that were just filled.
_STAGE_SUMMED: Final = f"""
    SELECT o.id, s.*
    FROM (
        SELECT order_id, min(position) AS position, min(processed_at) AS at,
               bool_or(first_alone) AS first_alone,
               sum(amount) + sum(shipping) + sum(tax) AS back
        FROM staged_refunds WHERE refund_id = '{REFUNDED}' GROUP BY order_id) s
    CROSS JOIN LATERAL (
        SELECT id FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = s.order_id LIMIT 1) o
    CROSS JOIN LATERAL (
        SELECT FROM refunds
        WHERE tenant_id = %(tenant_id)s AND order_id = o.id AND starts_with(external_id, '{TOLD}')
        LIMIT 1) f
"""  # noqa: S608 - words of our own, as below
_STAGE_STATED: Final = f"""
    SELECT s.*, f.external_id AS refund_id, f.line_id, f.processed_at, f.kind, f.quantity,
           f.amount, f.shipping, f.tax
    FROM staged_summed s CROSS JOIN LATERAL (
        SELECT r.*, l.external_id AS line_id
        FROM refunds r
        LEFT JOIN order_lines l
          ON l.tenant_id = %(tenant_id)s AND l.order_id = r.order_id AND l.line_no = r.line_no
        WHERE r.tenant_id = %(tenant_id)s AND r.order_id = s.id
          AND starts_with(r.external_id, '{TOLD}')
        OFFSET 0) f
"""  # noqa: S608 - words of our own
# What they came to in turn: an export from before the last of them has one of these sums.
_STAGE_TURNS: Final = """
    SELECT order_id, refund_id, back, sum(given) OVER in_turn AS so_far,
           row_number() OVER in_turn AS turn
    FROM (
        SELECT order_id, refund_id, back, min(processed_at) AS at,
               sum(amount) + sum(shipping) + sum(tax) AS given
        FROM staged_stated GROUP BY order_id, refund_id, back) each_one
    WINDOW in_turn AS (PARTITION BY order_id ORDER BY at, length(refund_id), refund_id)
"""
# An order that is not staged stays as it is, and they fit it.
_STAGE_AGREED: Final = """
    WITH heads AS (
        SELECT position, order_id, paid_at, shipping, tax FROM staged_order_lines
        WHERE placed_at IS NOT NULL AND head >= position
          AND order_id IN (SELECT order_id FROM staged_summed)
    ), beyond AS (
        SELECT s.order_id FROM staged_stated s
        JOIN heads h USING (order_id)
        LEFT JOIN staged_order_lines l
          ON l.head = h.position AND l.line_id = s.line_id AND NOT l.again
        LEFT JOIN staged_shares w ON w.position = l.position
        WHERE s.line_id IS NOT NULL
        GROUP BY s.order_id, s.line_id
        HAVING min(l.position) IS NULL OR sum(s.quantity) > min(l.quantity)
            OR sum(s.amount) > min(
                l.unit_price::numeric * l.quantity + l.remainder - l.line_discount
                - coalesce(l.share, w.share, 0))
    )
    SELECT s.id, s.order_id, sum(s.amount) + sum(s.shipping) + sum(s.tax) > s.back AS older
    FROM staged_stated s LEFT JOIN heads h USING (order_id)
    WHERE s.position < {exported_before:d} AND order_id NOT IN (SELECT order_id FROM beyond)
      AND order_id IN (SELECT order_id FROM staged_turns WHERE so_far = back)
    GROUP BY s.id, s.order_id, s.back, h.position, h.paid_at, h.shipping, h.tax
    HAVING (h.position IS NULL OR (
            sum(s.shipping) <= h.shipping AND sum(s.tax) <= h.tax
            AND min(s.processed_at) >= h.paid_at))
"""
_LEAVE_SUMS: Final = f"""
    DELETE FROM staged_refunds r USING staged_agreed a
    WHERE r.order_id = a.order_id AND r.refund_id = '{REFUNDED}'
"""  # noqa: S608 - words of our own
# With the sum's place in the input: what it did is counted of them. A sum whose day the export
# tells has all that it is of paid back by then, or the first of it where that is the first's.
_KEEP_STATED: Final = f"""
    INSERT INTO staged_refunds (position, refund_id, order_id, line_id, processed_at, kind,
                                quantity, amount, shipping, tax)
    SELECT s.position, s.refund_id, s.order_id, s.line_id,
           CASE WHEN g.order_id IS NULL AND t.so_far <= s.back
                 AND (t.turn = 1 OR s.first_alone IS NOT TRUE)
                THEN least(s.processed_at, s.at) ELSE s.processed_at END,
           s.kind, s.quantity, s.amount, s.shipping, s.tax
    FROM staged_stated s JOIN staged_agreed USING (id, order_id)
    JOIN staged_turns t USING (order_id, refund_id)
    LEFT JOIN (
        SELECT DISTINCT order_id FROM staged_gaps
        WHERE kind = '{GapKind.ASSUMED_REFUND_DATES.value}') g USING (order_id)
"""  # noqa: S608 - words of our own
_LEAVE_GAPS: Final = f"""
    DELETE FROM staged_gaps g USING staged_agreed a
    WHERE g.order_id = a.order_id AND g.kind = '{GapKind.ASSUMED_REFUND_DATES.value}'
"""  # noqa: S608 - words of our own
_STAGE_SUPERSEDED: Final = f"""
    SELECT DISTINCT id AS order_key,
           CASE WHEN id IN (SELECT id FROM staged_agreed) THEN '{REFUNDED}'
                ELSE refund_id END AS refund_id
    FROM staged_stated
"""  # noqa: S608 - words of our own
_AGREED: Final = "staged_summed JOIN staged_agreed USING (id, order_id) WHERE"
# Another connection of the shop, or one that is gone, may have told it first.
_KEEP_DAYS: Final = f"""
    UPDATE staged_refunds r SET processed_at = greatest(f.at, s.paid_at)
    FROM staged_orders s CROSS JOIN LATERAL (
        SELECT external_id, min(processed_at) AS at FROM refunds
        WHERE tenant_id = %(tenant_id)s AND order_id = s.id AND starts_with(external_id, '{TOLD}')
        GROUP BY external_id OFFSET 0) f
    WHERE s.known AND r.order_id = s.order_id AND r.refund_id = f.external_id
      AND s.order_id IN (
          SELECT order_id FROM staged_refunds WHERE starts_with(refund_id, '{TOLD}'))
      AND greatest(f.at, s.paid_at) < r.processed_at
"""  # noqa: S608 - words of our own


_THERE_ARE: Final = f"""
    SELECT coalesce(bool_or(refund_id = '{REFUNDED}'), false),
           coalesce(bool_or(starts_with(refund_id, '{TOLD}')), false)
    FROM staged_refunds
"""  # noqa: S608 - words of our own
_SUPERSEDED: Final = columns("staged_superseded", order_key="int8", refund_id="text")


def settle_stated_refunds(cursor: Cursor, exported_before: int) -> tuple[NotedOrders, NotedOrders]:
    """Choose between the sums that are staged and what events stated.

    Runs when orders are staged. Makes ``staged_superseded``: refunds of the ledger (``order_key``,
    ``refund_id``) that go, as others are the same money. Sums before the position
    ``exported_before`` are those of an export of the platform, which knows neither lines nor the
    day of each.
    """
    sums, told = cursor.execute(_THERE_ARE).fetchone() or (False, False)
    if told:
        cursor.execute(_KEEP_DAYS)
    if not sums:
        leave_empty(cursor, _SUPERSEDED)
        return NONE_NOTED, NONE_NOTED
    counts = [
        derive(cursor, table, query)
        for table, query in (
            ("staged_summed", _STAGE_SUMMED),
            ("staged_stated", _STAGE_STATED),
            ("staged_turns", _STAGE_TURNS),
            ("staged_agreed", _STAGE_AGREED.format(exported_before=exported_before)),
            (_SUPERSEDED, _STAGE_SUPERSEDED),
        )
    ]
    if not counts[3]:
        return NONE_NOTED, NONE_NOTED
    for statement in (_LEAVE_SUMS, _KEEP_STATED, _LEAVE_GAPS):
        cursor.execute(statement)
    return (
        noted(cursor, f"{_AGREED} NOT older", by="position"),
        noted(cursor, f"{_AGREED} older", by="position"),
    )
