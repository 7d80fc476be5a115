"""Days of payments that are known: a source that can only assume them moves nothing.

What is assumed is that an order was paid when it was placed. So a day of the ledger that is another
than that of its placing was told, by whichever source; one that is the same may have been assumed
as well, and gives way.
"""

from typing import Final

from ingest.ledger.temporary_tables import Cursor, columns, derive, leave_empty
from ingest.ledger.told_by_name import APART

_ANY: Final = "SELECT EXISTS (SELECT FROM staged_order_lines WHERE paid_assumed)"
# An outer join is never taken for fewer rows than what is staged, so that no loop reads a ledger
# that is taken for empty once an order. One of the number that was placed on other days is another.
_STAGE_KNOWN: Final = f"""
    SELECT known.* FROM (
        SELECT h.position, h.order_id, h.paid_at AS assumed, o.paid_at,
               (o.paid_at AT TIME ZONE t.timezone)::date
               <> (h.paid_at AT TIME ZONE t.timezone)::date AS other_day,
               o.paid_at <> o.placed_at AND o.paid_at <> h.paid_at
               AND (o.platform_id = h.platform_id OR o.placed_at
                    BETWEEN h.placed_at - {APART} AND h.placed_at + {APART}) AS told
        FROM staged_order_lines h
        JOIN tenants t ON t.id = %(tenant_id)s
        LEFT JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = h.order_id
        WHERE h.paid_assumed AND h.placed_at IS NOT NULL AND h.paid_at IS NOT NULL
        OFFSET 0) known
    WHERE told
"""  # noqa: S608 - words of our own
_KNOWN: Final = columns(
    "staged_known_payments",
    position="int8",
    order_id="text",
    assumed="timestamptz",
    paid_at="timestamptz",
    other_day="bool",
)
_KEEP: Final = (
    """
    UPDATE staged_order_lines h SET paid_at = k.paid_at FROM staged_known_payments k
    WHERE h.position = k.position
    """,
    # Nothing came back before it was paid; what has no day of its own is of the payment's.
    """
    UPDATE staged_refunds r
    SET processed_at = CASE WHEN r.processed_at = k.assumed THEN k.paid_at
                            ELSE greatest(r.processed_at, k.paid_at) END
    FROM staged_known_payments k
    WHERE r.order_id = k.order_id AND (r.processed_at < k.paid_at OR r.processed_at = k.assumed)
    """,
    """
    UPDATE staged_gaps g SET since = k.paid_at FROM staged_known_payments k
    WHERE g.order_id = k.order_id AND g.since = k.assumed
    """,
)


def keep_known_payment_days(cursor: Cursor) -> None:
    """Give orders whose day of payment is assumed the day that the ledger has, where it was told.

    Runs when runs are joined and orders have their names, and before their lines are compared with
    the ledger's. Makes ``staged_known_payments``, the orders that keep a day.
    """
    if cursor.execute(_ANY).fetchone() != (True,):
        leave_empty(cursor, _KNOWN)
    elif derive(cursor, _KNOWN, _STAGE_KNOWN):
        for statement in _KEEP:
            cursor.execute(statement)
