"""The rules of refunds: alone, beside their orders, and in sum with what came back before."""

from ingest.ledger.checks import Rule
from ingest.ledger.errors import (
    ContradictingRowError,
    DuplicateRowError,
    InvalidAmountError,
    RefundBeforePaymentError,
    RefundedLineVanishedError,
    RefundOfUnpaidOrderError,
    RefundTooLargeError,
    TwoNamedRefundError,
    UnknownLineError,
    UnknownOrderError,
)

INPUT_RULES = (
    Rule(
        InvalidAmountError,
        "refunds",
        None,
        """
        SELECT position, ARRAY[refund_id, order_id, line_id] AS ids FROM staged_refunds
        WHERE quantity < 0 OR amount < 0 OR shipping < 0 OR tax < 0
           OR kind NOT IN ('return', 'cancel', 'edit')
           OR (line_id IS NULL AND quantity <> 0)
        """,
    ),
    Rule(
        DuplicateRowError,
        "refunds",
        "refund_id",
        """
        SELECT max(position) AS position, ARRAY[refund_id, order_id, line_id] AS ids
        FROM staged_refunds GROUP BY refund_id, order_id, line_id HAVING count(*) > 1
        """,
    ),
    Rule(
        ContradictingRowError,
        "refunds",
        "kind",
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
        "order_id",
        """
        SELECT position, ARRAY[refund_id, order_id, line_id] AS ids FROM staged_events
        WHERE order_key IS NULL
        """,
    ),
    Rule(
        RefundOfUnpaidOrderError,
        "refunds",
        "order_id",
        """
        SELECT position, ARRAY[refund_id, order_id, line_id] AS ids FROM staged_events
        WHERE order_key IS NOT NULL AND paid_at IS NULL AND (kind <> 'cancel' OR position IS NULL)
        """,
    ),
    Rule(
        RefundBeforePaymentError,
        "refunds",
        "processed_at",
        """
        SELECT position, ARRAY[refund_id, order_id, line_id] AS ids FROM staged_events
        WHERE processed_at < paid_at
        """,
    ),
    *(
        Rule(
            error,
            "refunds",
            "line_id",
            f"""
            SELECT position, ARRAY[refund_id, order_id, line_id] AS ids FROM staged_events e
            WHERE line_id IS NOT NULL AND order_key IS NOT NULL AND position IS {origin}
              AND NOT EXISTS (SELECT FROM staged_goods g
                              WHERE g.order_key = e.order_key AND g.line_id = e.line_id)
            """,  # noqa: S608 - the two words below, no input
        )
        for error, origin in ((RefundedLineVanishedError, "NULL"), (UnknownLineError, "NOT NULL"))
    ),
)
"""What a refund must fulfil beside its order, whichever side of the load it came from."""

_TOO_LARGE = (
    (
        "amount",
        """
        SELECT position, ARRAY[refund_id, order_id, NULL] AS ids FROM staged_events
        WHERE line_id IS NULL AND amount > 0 AND paid_at IS NOT NULL
        """,
    ),
    (
        None,
        """
        SELECT max(e.position) AS position, ARRAY[max(e.refund_id), e.order_id, e.line_id] AS ids
        FROM staged_events e
        JOIN staged_goods g ON g.order_key = e.order_key AND g.line_id = e.line_id
        WHERE e.paid_at IS NOT NULL
        GROUP BY e.order_id, e.line_id, g.quantity, g.worth
        HAVING sum(e.quantity) > g.quantity OR sum(e.amount) > g.worth
        """,
    ),
    (
        None,
        """
        SELECT max(e.position) AS position, ARRAY[max(e.refund_id), e.order_id, NULL] AS ids
        FROM staged_events e
        LEFT JOIN staged_orders s ON s.id = e.order_key
        LEFT JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.id = e.order_key
        WHERE e.paid_at IS NOT NULL
        GROUP BY e.order_id, s.shipping, s.tax, o.shipping, o.tax
        HAVING sum(e.shipping) > coalesce(s.shipping, o.shipping)
            OR sum(e.tax) > coalesce(s.tax, o.tax)
        """,
    ),
)
TOTAL_RULES = tuple(
    Rule(error, "refunds", column, said.format(query=query))
    for column, query in _TOO_LARGE
    for error, said in (
        (
            RefundTooLargeError,
            """
            SELECT position, ids FROM ({query}) q
            WHERE NOT EXISTS (SELECT FROM staged_may_be_one m WHERE m.order_id = ids[2])
            """,
        ),
        (
            TwoNamedRefundError,
            """
            SELECT position, ARRAY[m.own || ' and ' || m.told, ids[2], ids[3]] AS ids
            FROM ({query}) q JOIN staged_may_be_one m ON m.order_id = ids[2]
            """,
        ),
    )
)
"""Of everything that came back: the ledger's refunds count too."""
