"""The rules of refunds: alone, beside their orders, and in sum with what came back before."""

from worker.ingest.checks import Rule
from worker.ingest.errors import (
    ContradictingRowError,
    DuplicateRowError,
    InvalidAmountError,
    RefundBeforePaymentError,
    RefundedLineVanishedError,
    RefundOfUnpaidOrderError,
    RefundTooLargeError,
    UnknownLineError,
    UnknownOrderError,
)

INPUT_RULES = (
    Rule(
        InvalidAmountError,
        "refunds",
        """
        SELECT position, ARRAY[refund_id, order_id, line_id] AS ids FROM staged_refunds
        WHERE quantity < 0 OR amount < 0 OR shipping < 0 OR tax < 0
           OR kind NOT IN ('return', 'cancel')
           OR (line_id IS NULL AND (quantity <> 0 OR amount <> 0))
        """,
    ),
    Rule(
        DuplicateRowError,
        "refunds",
        """
        SELECT max(position) AS position, ARRAY[refund_id, order_id, line_id] AS ids
        FROM staged_refunds GROUP BY refund_id, order_id, line_id HAVING count(*) > 1
        """,
    ),
    Rule(
        ContradictingRowError,
        "refunds",
        """
        SELECT max(position) AS position, ARRAY[refund_id, order_id, NULL] AS ids
        FROM staged_refunds GROUP BY refund_id, order_id HAVING min(kind) <> max(kind)
        """,
    ),
)
"""What the input's refunds must fulfil by themselves."""

EVENT_RULES = (
    Rule(
        UnknownOrderError,
        "refunds",
        """
        SELECT position, ARRAY[refund_id, order_id, line_id] AS ids FROM staged_events
        WHERE order_key IS NULL
        """,
    ),
    Rule(
        RefundOfUnpaidOrderError,
        "refunds",
        """
        SELECT position, ARRAY[refund_id, order_id, line_id] AS ids FROM staged_events
        WHERE paid_at IS NULL AND (kind = 'return' OR position IS NULL)
        """,
    ),
    Rule(
        RefundBeforePaymentError,
        "refunds",
        """
        SELECT position, ARRAY[refund_id, order_id, line_id] AS ids FROM staged_events
        WHERE processed_at < paid_at
        """,
    ),
    *(
        Rule(
            error,
            "refunds",
            f"""
            SELECT position, ARRAY[refund_id, order_id, line_id] AS ids FROM staged_events e
            WHERE line_id IS NOT NULL AND position IS {origin} AND NOT EXISTS (
                SELECT FROM order_lines l
                WHERE l.order_id = e.order_key AND l.external_id = e.line_id)
            """,  # noqa: S608 - the two words below, no input
        )
        for error, origin in ((RefundedLineVanishedError, "NULL"), (UnknownLineError, "NOT NULL"))
    ),
)
"""What a refund must fulfil beside its order, whichever side of the load it came from."""

TOTAL_RULES = (
    Rule(
        RefundTooLargeError,
        "refunds",
        """
        SELECT max(e.position) AS position, ARRAY[max(e.refund_id), e.order_id, e.line_id] AS ids
        FROM staged_events e
        JOIN order_lines l ON l.order_id = e.order_key AND l.external_id = e.line_id
        CROSS JOIN LATERAL (
            SELECT sum(r.quantity) AS quantity, sum(r.amount) AS amount FROM refunds r
            WHERE r.order_id = e.order_key AND r.line_no = l.line_no) back
        WHERE back.quantity > l.quantity
           OR back.amount > l.unit_price * l.quantity - l.line_discount - l.order_discount
        GROUP BY e.order_id, e.line_id
        """,
    ),
    Rule(
        RefundTooLargeError,
        "refunds",
        """
        SELECT max(e.position) AS position, ARRAY[max(e.refund_id), e.order_id, NULL] AS ids
        FROM staged_events e
        JOIN orders o ON o.id = e.order_key
        CROSS JOIN LATERAL (
            SELECT sum(r.shipping) AS shipping, sum(r.tax) AS tax FROM refunds r
            WHERE r.order_id = e.order_key) back
        WHERE back.shipping > o.shipping OR back.tax > o.tax
        GROUP BY e.order_id
        """,
    ),
)
"""Checked on the ledger as it would be: what came before counts too."""
