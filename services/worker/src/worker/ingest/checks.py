"""Find the rows that must not enter the ledger: one set-based query a rule.

A rule is an error class and a query of the rows that break it: ``position`` and ``ids``. The
numbers are compared as ``numeric``, where nothing can overflow.
"""

from dataclasses import dataclass

from psycopg import sql

from worker.ingest.errors import (
    MAX_FAULTS,
    ContradictingRowError,
    DiscountTooLargeError,
    DuplicateRowError,
    Fault,
    IngestError,
    InvalidAmountError,
    TooManyLinesError,
)
from worker.ingest.staging import Cursor


@dataclass(frozen=True, slots=True)
class Rule:
    """``query`` selects ``position`` and ``ids`` (text[]) of the rows of ``table`` at fault."""

    error: type[IngestError]
    table: str
    query: str


def enforce(cursor: Cursor, rules: tuple[Rule, ...]) -> None:
    """Raise the error of the first rule that any row breaks, naming the rows.

    Raises:
        IngestError: the rule's own error.
    """
    for rule in rules:
        cursor.execute(
            sql.SQL(
                "SELECT position, ids, count(*) OVER () FROM ({}) AS fault"
                " ORDER BY position NULLS LAST, ids LIMIT {}"
            ).format(sql.SQL(rule.query), MAX_FAULTS)
        )
        found = cursor.fetchall()
        if found:
            faults = [Fault(tuple(ids), position) for position, ids, _ in found]
            raise rule.error(rule.table, faults, found[0][2])


PRODUCT_RULES = (
    Rule(
        DuplicateRowError,
        "products",
        """
        SELECT max(position) AS position, ARRAY[product_id] AS ids
        FROM staged_products GROUP BY product_id HAVING count(*) > 1
        """,
    ),
    Rule(
        InvalidAmountError,
        "products",
        "SELECT position, ARRAY[product_id] AS ids FROM staged_products WHERE unit_cost < 0",
    ),
)

LINE_RULES = (
    Rule(
        InvalidAmountError,
        "order_lines",
        """
        SELECT position, ARRAY[order_id, line_id] AS ids FROM staged_order_lines
        WHERE quantity <= 0 OR unit_price < 0 OR line_discount < 0 OR order_discount < 0
           OR shipping < 0 OR tax < 0 OR unit_price::numeric * quantity > 9223372036854775807
        """,
    ),
    Rule(
        DuplicateRowError,
        "order_lines",
        """
        SELECT max(position) AS position, ARRAY[order_id, line_id] AS ids
        FROM staged_order_lines GROUP BY order_id, line_id HAVING count(*) > 1
        """,
    ),
    Rule(
        DiscountTooLargeError,
        "order_lines",
        """
        SELECT position, ARRAY[order_id, line_id] AS ids FROM staged_order_lines
        WHERE line_discount > unit_price::numeric * quantity
        """,
    ),
)
"""What a line must fulfil before anything is made of it."""

ORDER_RULES = (
    Rule(
        ContradictingRowError,
        "order_lines",
        """
        SELECT l.position, ARRAY[l.order_id, l.line_id] AS ids
        FROM staged_order_lines l JOIN staged_orders o USING (order_id)
        WHERE (l.placed_at, l.paid_at, l.channel, l.customer_id, l.country, l.region,
               l.coupon_code, l.order_discount, l.shipping, l.tax)
              IS DISTINCT FROM
              (o.placed_at, o.paid_at, o.channel, o.customer_id, o.country, o.region,
               o.coupon_code, o.order_discount, o.shipping, o.tax)
        """,
    ),
    Rule(
        TooManyLinesError,
        "order_lines",
        """
        SELECT position, ARRAY[order_id, NULL] AS ids
        FROM staged_orders WHERE lines > 32767
        """,
    ),
    Rule(
        DiscountTooLargeError,
        "order_lines",
        """
        SELECT position, ARRAY[order_id, NULL] AS ids
        FROM staged_orders WHERE order_discount > line_value
        """,
    ),
)
"""What an order must fulfil, once its lines are together (``staged_orders``)."""
