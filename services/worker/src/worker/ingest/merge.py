"""From the staged rows into the tenant's products, customers, orders and lines.

Every row gets its key while it is staged (the known one, or the next of the sequence), so that
later steps join small temporary tables and never search the ledger. Runs under the tenant's
advisory lock: nobody else gives out keys or replaces orders meanwhile.
"""

from dataclasses import dataclass

from worker.ingest.checks import LINE_RULES, ORDER_RULES, PRODUCT_RULES, enforce
from worker.ingest.staging import Cursor

# What a line says of its product counts as the last line that says it; products.csv goes first.
_STAGE_CATALOGUE = """
    CREATE TEMPORARY TABLE staged_catalogue ON COMMIT DROP AS
    WITH sold AS (
        SELECT product_id,
               max(position) FILTER (WHERE product_title IS NOT NULL) AS titled,
               max(position) FILTER (WHERE category IS NOT NULL) AS classed,
               min(position) AS position
        FROM staged_order_lines GROUP BY product_id
    ), said AS (
        SELECT coalesce(s.product_id, sold.product_id) AS product_id,
               coalesce(s.title, t.product_title) AS title, s.sku,
               coalesce(s.category, c.category) AS category, s.unit_cost
        FROM staged_products s
        FULL JOIN sold ON sold.product_id = s.product_id
        LEFT JOIN staged_order_lines t ON t.position = sold.titled
        LEFT JOIN staged_order_lines c ON c.position = sold.classed
        ORDER BY s.position, sold.position
    )
    SELECT said.*, p.id IS NOT NULL AS known,
           coalesce(p.id, nextval(pg_get_serial_sequence('products', 'id')))::integer AS id
    FROM said LEFT JOIN products p ON p.external_id = said.product_id
"""
_UPDATE_PRODUCTS = """
    UPDATE products p
    SET title = coalesce(s.title, p.title), sku = coalesce(s.sku, p.sku),
        category = coalesce(s.category, p.category), unit_cost = coalesce(s.unit_cost, p.unit_cost)
    FROM staged_catalogue s
    WHERE s.known AND p.id = s.id
      AND (p.title, p.sku, p.category, p.unit_cost) IS DISTINCT FROM
          (coalesce(s.title, p.title), coalesce(s.sku, p.sku), coalesce(s.category, p.category),
           coalesce(s.unit_cost, p.unit_cost))
"""
_INSERT_PRODUCTS = """
    INSERT INTO products (tenant_id, id, external_id, title, sku, category, unit_cost)
    SELECT current_tenant(), id, product_id, coalesce(title, product_id), sku, category, unit_cost
    FROM staged_catalogue WHERE NOT known
"""
_STAGE_ORDERS = """
    CREATE TEMPORARY TABLE staged_orders ON COMMIT DROP AS
    WITH heads AS (
        SELECT order_id, min(position) AS position, count(*) AS lines,
               sum(unit_price::numeric * quantity - line_discount) AS line_value
        FROM staged_order_lines GROUP BY order_id
    ), placed AS (
        SELECT h.order_id, h.position, h.lines, h.line_value, l.placed_at, l.paid_at, l.channel,
               l.customer_id, l.country, l.region, l.coupon_code, l.order_discount, l.shipping,
               l.tax, o.id AS known_id
        FROM heads h
        JOIN staged_order_lines l USING (position)
        LEFT JOIN orders o ON o.external_id = h.order_id
        ORDER BY h.position
    )
    SELECT placed.*, known_id IS NOT NULL AS known,
           coalesce(known_id, nextval(pg_get_serial_sequence('orders', 'id'))) AS id
    FROM placed
"""
_STAGE_CUSTOMERS = """
    CREATE TEMPORARY TABLE staged_customers ON COMMIT DROP AS
    SELECT s.customer_id, c.id IS NOT NULL AS known,
           coalesce(c.id, nextval(pg_get_serial_sequence('customers', 'id'))) AS id
    FROM (SELECT DISTINCT customer_id FROM staged_orders WHERE customer_id IS NOT NULL) s
    LEFT JOIN customers c ON c.external_id = s.customer_id
"""
_INSERT_CUSTOMERS = """
    INSERT INTO customers (tenant_id, id, external_id)
    SELECT current_tenant(), id, customer_id FROM staged_customers WHERE NOT known
"""
_UPDATE_ORDERS = """
    UPDATE orders o
    SET placed_at = s.placed_at, paid_at = s.paid_at, customer_id = c.id, channel = s.channel,
        country = s.country, region = s.region, coupon_code = s.coupon_code,
        discount = s.order_discount, shipping = s.shipping, tax = s.tax
    FROM staged_orders s LEFT JOIN staged_customers c USING (customer_id)
    WHERE s.known AND o.id = s.id
"""
_INSERT_ORDERS = """
    INSERT INTO orders (tenant_id, id, external_id, placed_at, paid_at, customer_id, channel,
                        country, region, coupon_code, discount, shipping, tax)
    SELECT current_tenant(), s.id, s.order_id, s.placed_at, s.paid_at, c.id, s.channel,
           s.country, s.region, s.coupon_code, s.order_discount, s.shipping, s.tax
    FROM staged_orders s LEFT JOIN staged_customers c USING (customer_id)
    WHERE NOT s.known ORDER BY s.position
"""
_DELETE_LINES = """
    DELETE FROM order_lines l USING staged_orders s WHERE s.known AND l.order_id = s.id
"""
# Largest remainder: everyone gets the whole part of its share, and the units left over go to the
# largest remainders, ties to the earlier line. Only orders with a discount are worth the sorting.
_INSERT_LINES = """
    INSERT INTO order_lines (tenant_id, order_id, line_no, external_id, product_id, paid_at,
                             quantity, unit_price, line_discount, order_discount)
    WITH exact AS (
        SELECT l.position, o.order_id, o.order_discount, o.line_value,
               o.order_discount * (l.unit_price::numeric * l.quantity - l.line_discount) AS product
        FROM staged_order_lines l JOIN staged_orders o USING (order_id)
        WHERE o.order_discount > 0
    ), whole AS (
        SELECT position, div(product, line_value) AS share,
               order_discount - sum(div(product, line_value)) OVER same_order AS left_over,
               row_number() OVER (
                   same_order ORDER BY mod(product, line_value) DESC, position) AS turn
        FROM exact WINDOW same_order AS (PARTITION BY order_id)
    )
    SELECT current_tenant(), o.id,
           row_number() OVER (PARTITION BY o.position ORDER BY l.position), l.line_id, p.id,
           o.paid_at, l.quantity, l.unit_price, l.line_discount,
           coalesce(w.share + (w.turn <= w.left_over)::int, 0)
    FROM staged_order_lines l
    JOIN staged_orders o USING (order_id)
    JOIN staged_catalogue p USING (product_id)
    LEFT JOIN whole w ON w.position = l.position
    ORDER BY l.position
"""


@dataclass(frozen=True, slots=True)
class Merged:
    """How many orders were new and how many replaced."""

    orders_new: int
    orders_replaced: int


def merge_products(cursor: Cursor) -> None:
    """Insert the products never seen, update the others with what is said of them now.

    Raises:
        IngestError: a product stands twice or a line cannot be (see ``worker.ingest.checks``).
    """
    enforce(cursor, PRODUCT_RULES + LINE_RULES)
    _stage(cursor, _STAGE_CATALOGUE, "ANALYZE staged_catalogue")
    cursor.execute(_UPDATE_PRODUCTS)
    cursor.execute(_INSERT_PRODUCTS)


def stage_orders(cursor: Cursor) -> None:
    """Put each order's lines together and give every order its key, as ``staged_orders``.

    Raises:
        IngestError: the lines of an order contradict each other, or its discount is too large.
    """
    _stage(cursor, _STAGE_ORDERS, "ANALYZE staged_orders")
    enforce(cursor, ORDER_RULES)


def merge_orders(cursor: Cursor) -> Merged:
    """Insert or replace the staged orders with their customers and lines.

    The refunds of a replaced order must have been lifted off its lines before.
    """
    _stage(cursor, _STAGE_CUSTOMERS, "ANALYZE staged_customers")
    cursor.execute(_INSERT_CUSTOMERS)
    cursor.execute(_UPDATE_ORDERS)
    replaced = cursor.rowcount
    if replaced:
        cursor.execute(_DELETE_LINES)
    cursor.execute(_INSERT_ORDERS)
    new = cursor.rowcount
    cursor.execute(_INSERT_LINES)
    return Merged(orders_new=new, orders_replaced=replaced)


def _stage(cursor: Cursor, create: str, analyze: str) -> None:
    cursor.execute(create)
    cursor.execute(analyze)
