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
from ingest.ledger.temporary_tables import Cursor, derive
from ingest.rows import OF_PAYMENT


def _left_out(gaps: str) -> str:
    """SQL of those of ``gaps`` that are of single refunds: a sum has no last day."""
    return f"{gaps}.kind = '{GapKind.REFUNDS_LEFT_OUT.value}' AND {gaps}.until IS NOT NULL"


# Each order is looked up by itself, whatever is known of tables that were just filled.
_STAGE_PAYMENTS: Final = f"""
    SELECT n.order_id, o.id, o.paid_at, l.worth
    FROM (SELECT DISTINCT order_id FROM staged_refunds WHERE line_id = '{OF_PAYMENT}') n
    CROSS JOIN LATERAL (
        SELECT id, paid_at FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = n.order_id LIMIT 1) o
    CROSS JOIN LATERAL (
        SELECT sum(unit_price::numeric * quantity + remainder - line_discount
                   - order_discount) AS worth
        FROM order_lines WHERE tenant_id = %(tenant_id)s AND order_id = o.id
        HAVING count(*) = 1 AND min(external_id) = '1') l
    WHERE o.paid_at IS NOT NULL
"""  # noqa: S608 - words of our own, as below
_STAGE_ALONE: Final = f"""
    SELECT r.position, r.refund_id, r.order_id, r.amount,
           greatest(r.processed_at, p.paid_at) AS at, p.worth - coalesce(b.back, 0) AS room
    FROM staged_refunds r
    LEFT JOIN staged_payments p USING (order_id)
    LEFT JOIN (
        SELECT k.order_id, sum(f.amount) AS back
        FROM staged_payments k
        CROSS JOIN LATERAL (
            SELECT external_id, amount FROM refunds
            WHERE tenant_id = %(tenant_id)s AND order_id = k.id OFFSET 0) f
        LEFT JOIN staged_refunds s ON s.order_id = k.order_id AND s.refund_id = f.external_id
        WHERE s.refund_id IS NULL AND NOT {is_sum("f.external_id", "k.order_id")}
        GROUP BY k.order_id) b USING (order_id)
    WHERE r.line_id = '{OF_PAYMENT}'
"""  # noqa: S608
_STAGE_BOOKED: Final = """
    SELECT *, least(amount, greatest(room - before, 0)) AS part
    FROM (
        SELECT *, sum(amount) OVER in_turn - amount AS before FROM staged_alone
        WHERE room IS NOT NULL
        WINDOW in_turn AS (PARTITION BY order_id ORDER BY at, position)
    ) turns
"""
_ARE_THERE: Final = f"""
    SELECT EXISTS (SELECT FROM staged_refunds WHERE line_id = '{OF_PAYMENT}')
"""  # noqa: S608
_BOOK: Final = (
    """
    UPDATE staged_refunds r
    SET line_id = '1', amount = b.part, processed_at = b.at,
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
_UNKNOWN: Final = """
    (SELECT DISTINCT order_id FROM staged_alone WHERE room IS NULL AND amount > 0) unknown
"""
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


def book_known(cursor: Cursor) -> PaymentsElsewhere:
    """Leave refunds of payments that are not in the input to those that the ledger has, and take
    those of others out.

    Runs when orders have their names.
    """
    if cursor.execute(_ARE_THERE).fetchone() != (True,):
        return NO_PAYMENTS
    derive(cursor, "staged_payments", _STAGE_PAYMENTS)
    derive(cursor, "staged_alone", _STAGE_ALONE)
    if derive(cursor, "staged_booked", _STAGE_BOOKED):
        for statement in _BOOK:
            cursor.execute(statement)
    left_out = cursor.execute(_LEAVE_OUT).rowcount
    cursor.execute(_ADD_UP)
    return PaymentsElsewhere(
        unknown=noted(cursor, _UNKNOWN), beyond=noted(cursor, _BEYOND), left_out=left_out
    )
