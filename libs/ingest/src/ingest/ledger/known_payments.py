"""Refunds of payments that are not in an export: booked where the ledger has the payment.

A report of one month has refunds of payments of the months before. A payment is an order of one
line, and no more of it goes back than was paid. What the ledger has not stays a known gap, which
the export has told of each such payment; those of reports that follow each other add up.
"""

from dataclasses import dataclass
from typing import Final

from common.reports.document.gaps import GapKind
from ingest.ledger.noted_orders import NONE_NOTED, NotedOrders, noted
from ingest.ledger.refund_sum_ids import is_sum
from ingest.ledger.staging import Cursor, derive


def _left_out(gaps: str) -> str:
    """SQL of those of ``gaps`` that are of single refunds: a sum has no last day."""
    return f"{gaps}.kind = '{GapKind.REFUNDS_LEFT_OUT.value}' AND {gaps}.until IS NOT NULL"


_STAGE_ALONE: Final = f"""
    SELECT r.position, r.refund_id, r.order_id, r.amount,
           greatest(r.processed_at, o.paid_at) AS at, o.worth - o.back AS room
    FROM staged_refunds r
    JOIN (SELECT DISTINCT order_id FROM staged_gaps t WHERE {_left_out("t")}) g USING (order_id)
    LEFT JOIN LATERAL (
        SELECT o.paid_at, l.worth, coalesce(sum(f.amount), 0) AS back
        FROM orders o
        CROSS JOIN LATERAL (
            SELECT sum(unit_price::numeric * quantity + remainder - line_discount
                       - order_discount) AS worth
            FROM order_lines WHERE tenant_id = %(tenant_id)s AND order_id = o.id
            HAVING count(*) = 1 AND min(external_id) = '1') l
        LEFT JOIN refunds f
          ON f.tenant_id = %(tenant_id)s AND f.order_id = o.id
         AND NOT {is_sum("f.external_id", "o.external_id")}
         AND NOT EXISTS (
             SELECT FROM staged_refunds s
             WHERE s.order_id = r.order_id AND s.refund_id = f.external_id)
        WHERE o.tenant_id = %(tenant_id)s AND o.external_id = r.order_id
          AND o.paid_at IS NOT NULL
        GROUP BY o.id, o.paid_at, l.worth) o ON true
    WHERE r.position < {{exported_before:d}}
"""  # noqa: S608 - words of our own, as below
_STAGE_BOOKED: Final = """
    SELECT *, least(amount, greatest(room - before, 0)) AS part
    FROM (
        SELECT *, sum(amount) OVER in_turn - amount AS before FROM staged_alone
        WHERE room IS NOT NULL
        WINDOW in_turn AS (PARTITION BY order_id ORDER BY at, position)
    ) turns
"""
_BOOK: Final = (
    """
    UPDATE staged_refunds r
    SET amount = b.part, processed_at = b.at,
        quantity = (b.part > 0 AND b.before + b.part = b.room)::int
    FROM staged_booked b WHERE r.position = b.position
    """,
    f"""
    DELETE FROM staged_gaps g USING staged_booked b
    WHERE g.order_id = b.order_id AND {_left_out("g")}
    """,  # noqa: S608
)
_LEAVE_OUT: Final = """
    DELETE FROM staged_refunds r USING staged_alone a
    WHERE r.position = a.position AND a.room IS NULL
"""
_UNKNOWN: Final = "(SELECT DISTINCT order_id FROM staged_alone WHERE room IS NULL) unknown"
_BEYOND: Final = "(SELECT DISTINCT order_id FROM staged_booked WHERE part < amount) beyond"
# A report of other days tells of other refunds; one of the same days tells of the same.
_ADD_UP: Final = f"""
    UPDATE staged_gaps s
    SET since = least(s.since, g.since), until = greatest(s.until, g.until),
        amount = CASE WHEN s.until < g.since OR s.since > g.until THEN s.amount + g.stated
                      ELSE greatest(s.amount, g.stated) END
    FROM data_gaps g
    WHERE g.tenant_id = %(tenant_id)s AND g.order_id = s.order_id AND g.kind = s.kind
      AND g.stated IS NOT NULL AND {_left_out("s")}
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class PaymentsElsewhere:
    """Payments that refunds came of without them: those ``unknown`` to the ledger, and those of
    which more came back than was left (``beyond``), which was left out; ``left_out`` are refunds.
    """

    unknown: NotedOrders = NONE_NOTED
    beyond: NotedOrders = NONE_NOTED
    left_out: int = 0


NO_PAYMENTS: Final = PaymentsElsewhere()


def book_known(cursor: Cursor, exported_before: int) -> PaymentsElsewhere:
    """Leave refunds of an export (before the position ``exported_before``) to the payments that the
    ledger has, and take those of others out.

    Runs when orders have their names.
    """
    query = _STAGE_ALONE.format(exported_before=exported_before)
    if not (exported_before and derive(cursor, "staged_alone", query)):
        return NO_PAYMENTS
    if derive(cursor, "staged_booked", _STAGE_BOOKED):
        for statement in _BOOK:
            cursor.execute(statement)
    left_out = cursor.execute(_LEAVE_OUT).rowcount
    cursor.execute(_ADD_UP)
    return PaymentsElsewhere(
        unknown=noted(cursor, _UNKNOWN), beyond=noted(cursor, _BEYOND), left_out=left_out
    )
