"""Find the rows that must not enter the ledger: one set-based query a rule, all rules asked.

A rule is an error class and a query of the rows that break it: ``position`` and ``ids``. The
numbers are compared as ``numeric``, where nothing can overflow. The rules look at staged tables and
at the ledger as it is: nothing is merged before all of them hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from ingest.ledger.errors import (
    MAX_FAULTS,
    ContradictingRowError,
    DiscountTooLargeError,
    DuplicateRowError,
    Fault,
    IngestError,
    InvalidAmountError,
    TooManyLinesError,
    UnknownProductError,
)
from ingest.ledger.staging import Cursor


@dataclass(frozen=True, slots=True)
class Rule:
    """``query`` selects ``position`` and ``ids`` (text[]) of the rows of ``table`` at fault.

    ``column`` is the one to look at, None where it takes several.
    """

    error: type[IngestError]
    table: str
    column: str | None
    query: str


def broken(cursor: Cursor, rules: Iterable[Rule]) -> list[IngestError]:
    """The errors of all rules that any row breaks, each naming its rows."""
    errors = []
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
            errors.append(rule.error(rule.table, faults, found[0][2], rule.column))
    return errors


PRODUCT_RULES = (
    Rule(
        DuplicateRowError,
        "products",
        "product_id",
        """
        SELECT max(position) AS position, ARRAY[product_id] AS ids
        FROM staged_products GROUP BY product_id HAVING count(*) > 1
        """,
    ),
    Rule(
        InvalidAmountError,
        "products",
        "unit_cost",
        "SELECT position, ARRAY[product_id] AS ids FROM staged_products WHERE unit_cost < 0",
    ),
)

STOCK_RULES = (
    Rule(
        DuplicateRowError,
        "stock_counts",
        "product_id",
        """
        SELECT max(position) AS position, ARRAY[product_id] AS ids
        FROM staged_stock_counts GROUP BY product_id, counted_at HAVING count(*) > 1
        """,
    ),
    Rule(
        UnknownProductError,
        "stock_counts",
        "product_id",
        """
        SELECT position, ARRAY[product_id] AS ids FROM staged_stock_counts s
        WHERE NOT EXISTS (SELECT FROM staged_catalogue c WHERE c.product_id = s.product_id)
          AND NOT EXISTS (SELECT FROM products p WHERE p.external_id = s.product_id)
        """,
    ),
)

_MOST = 9_223_372_036_854_775_807
_SMALL = 2_000_000_000  # the product of two such numbers fits in 64 bits: no numeric needed

LINE_RULES = (
    Rule(
        InvalidAmountError,
        "order_lines",
        None,
        f"""
        SELECT position, ARRAY[order_id, line_id] AS ids FROM staged_order_lines
        WHERE quantity <= 0 OR unit_price < 0 OR line_discount < 0
           OR remainder < 0 OR remainder >= quantity OR order_discount < 0
           OR shipping < 0 OR tax < 0
           OR ((quantity > {_SMALL} OR unit_price > {_SMALL})
               AND unit_price::numeric * quantity + remainder > {_MOST})
        """,  # noqa: S608 - the two numbers above
    ),
    Rule(
        DuplicateRowError,
        "order_lines",
        "line_id",
        """
        SELECT max(position) AS position, ARRAY[order_id, line_id] AS ids
        FROM staged_order_lines WHERE again GROUP BY order_id, line_id
        """,
    ),
    Rule(
        DiscountTooLargeError,
        "order_lines",
        "line_discount",
        """
        SELECT position, ARRAY[order_id, line_id] AS ids FROM staged_order_lines
        WHERE line_discount > 0 AND line_discount > unit_price::numeric * quantity + remainder
          AND quantity > 0 AND unit_price >= 0
        """,
    ),
    Rule(
        TooManyLinesError,
        "order_lines",
        "order_id",
        """
        SELECT position, ARRAY[order_id, NULL] AS ids
        FROM staged_order_lines WHERE line_no = 32768
        """,
    ),
)

ORDER_RULES = (
    Rule(
        ContradictingRowError,
        "order_lines",
        None,
        """
        SELECT l.position, ARRAY[l.order_id, l.line_id] AS ids
        FROM staged_reruns r
        JOIN staged_order_lines l USING (position)
        JOIN staged_order_lines f ON f.position = r.first
        WHERE EXISTS (SELECT FROM staged_reruns)
          AND (l.placed_at, l.paid_at, l.channel, l.customer_id, l.country, l.region,
               l.coupon_code, l.order_discount, l.shipping, l.tax)
              IS DISTINCT FROM
              (f.placed_at, f.paid_at, f.channel, f.customer_id, f.country, f.region,
               f.coupon_code, f.order_discount, f.shipping, f.tax)
        """,
    ),
    Rule(
        DiscountTooLargeError,
        "order_lines",
        "order_discount",
        """
        SELECT position, ARRAY[order_id, NULL] AS ids
        FROM staged_discounts WHERE discount > greatest(worth, 0)
        """,
    ),
)
"""What an order must fulfil, once its lines are together."""
