"""Find the rows that must not enter the ledger: one set-based query a rule, all rules asked.

A rule is an error class and a query of the rows that break it: ``position`` and ``ids``. The
numbers are compared as ``numeric``, where nothing can overflow. The rules look at staged tables and
at the ledger as it is: nothing is merged before all of them hold.
"""

from collections.abc import Collection, Sequence
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
from ingest.ledger.temporary_tables import Cursor


@dataclass(frozen=True, slots=True)
class Rule:
    """``query`` selects ``position`` and ``ids`` (text[]) of the rows of ``table`` at fault.

    ``column`` is the one to look at, None where it takes several. ``wrong`` is what a staged order
    line at fault fulfils, for rules about lines alone: all of them are asked in one scan.
    """

    error: type[IngestError]
    table: str
    column: str | None
    query: str
    wrong: str | None = None


def broken(cursor: Cursor, rules: Sequence[Rule], tables: Collection[str]) -> list[IngestError]:
    """The errors of all rules that any row breaks, each naming its rows; of ``tables`` alone, as
    nothing is staged of others."""
    errors = []
    rules = [rule for rule in rules if rule.table in tables]
    of_lines = [rule for rule in rules if rule.wrong is not None]
    asked = rules if _any_line(cursor, of_lines) else [r for r in rules if r.wrong is None]
    for rule in asked:
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


def _any_line(cursor: Cursor, rules: Sequence[Rule]) -> bool:
    """Whether a staged line breaks any of the rules about lines alone."""
    wrong = sql.SQL(" OR ").join(sql.SQL("({})").format(sql.SQL(r.wrong or "")) for r in rules)
    query = sql.SQL("SELECT EXISTS (SELECT FROM staged_order_lines WHERE {})").format(wrong)
    return bool(rules) and cursor.execute(query).fetchone() == (True,)


def _line_rule(error: type[IngestError], column: str | None, wrong: str, query: str) -> Rule:
    return Rule(error, "order_lines", column, query.format(wrong=wrong), wrong)


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
          AND NOT EXISTS (
              SELECT FROM products p
              WHERE p.tenant_id = %(tenant_id)s AND p.external_id = s.product_id)
        """,
    ),
)

_MOST = 9_223_372_036_854_775_807
_SMALL = 2_000_000_000  # the product of two such numbers fits in 64 bits: no numeric needed

_LINES = "SELECT position, ARRAY[order_id, line_id] AS ids FROM staged_order_lines WHERE {wrong}"

LINE_RULES = (
    _line_rule(
        InvalidAmountError,
        None,
        f"""
        quantity <= 0 OR unit_price < 0 OR line_discount < 0
        OR remainder < 0 OR remainder >= quantity OR order_discount < 0
        OR shipping < 0 OR tax < 0
        OR ((quantity > {_SMALL} OR unit_price > {_SMALL})
            AND unit_price::numeric * quantity + remainder > {_MOST})
        """,
        _LINES,
    ),
    _line_rule(
        DuplicateRowError,
        "line_id",
        "again",
        """
        SELECT max(position) AS position, ARRAY[order_id, line_id] AS ids
        FROM staged_order_lines WHERE {wrong} GROUP BY order_id, line_id
        """,
    ),
    _line_rule(
        DiscountTooLargeError,
        "line_discount",
        """
        line_discount > 0 AND line_discount > unit_price::numeric * quantity + remainder
        AND quantity > 0 AND unit_price >= 0
        """,
        _LINES,
    ),
    _line_rule(
        TooManyLinesError,
        "order_id",
        "line_no = 32768",
        "SELECT position, ARRAY[order_id, NULL] AS ids FROM staged_order_lines WHERE {wrong}",
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
