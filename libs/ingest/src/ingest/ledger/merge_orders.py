"""From the staged orders into the tenant's customers, orders and lines, all checks passed.

Nothing here searches or sorts: keys were given out before, and rows come in the order of the file,
which is the order of the keys. An order that says what the ledger says already is left alone.
"""

from dataclasses import dataclass

from ingest.ledger.temporary_tables import Cursor

_INSERT_CUSTOMERS = """
    INSERT INTO customers (tenant_id, id, external_id)
    SELECT %(tenant_id)s, id, customer_id FROM staged_customers WHERE NOT known
"""
_UPDATE_ORDERS = """
    UPDATE orders o
    SET placed_at = s.placed_at, paid_at = s.paid_at, customer_id = c.id, channel = s.channel,
        country = s.country, region = s.region, coupon_code = s.coupon_code,
        discount = s.order_discount, shipping = s.shipping, tax = s.tax,
        platform_id = coalesce(s.platform_id, o.platform_id)
    FROM staged_orders s LEFT JOIN staged_customers c USING (customer_id)
    WHERE s.known AND NOT s.same AND o.tenant_id = %(tenant_id)s AND o.id = s.id
"""
_INSERT_ORDERS = """
    INSERT INTO orders (tenant_id, id, external_id, placed_at, paid_at, customer_id, channel,
                        country, region, coupon_code, discount, shipping, tax, platform_id)
    SELECT %(tenant_id)s, s.id, s.order_id, s.placed_at, s.paid_at, c.id, s.channel,
           s.country, s.region, s.coupon_code, s.order_discount, s.shipping, s.tax,
           s.platform_id
    FROM staged_orders s LEFT JOIN staged_customers c USING (customer_id)
    WHERE NOT s.known
"""
_DELETE_LINES = """
    DELETE FROM order_lines l USING staged_orders s
    WHERE s.known AND NOT s.same AND l.tenant_id = %(tenant_id)s AND l.order_id = s.id
"""
_INSERT_LINES = """
    INSERT INTO order_lines (tenant_id, order_id, line_no, external_id, product_id, paid_at,
                             quantity, unit_price, line_discount, order_discount, remainder)
    SELECT %(tenant_id)s, o.id, l.line_no, l.line_id, p.id, o.paid_at, l.quantity,
           l.unit_price, l.line_discount, coalesce(l.share, w.share, 0), l.remainder
    FROM staged_order_lines l
    JOIN staged_orders o ON o.position = l.head
    JOIN staged_catalogue p USING (product_id)
    LEFT JOIN staged_shares w ON w.position = l.position
    WHERE NOT o.same
"""
_COUNT_SAME = "SELECT count(*) FROM staged_orders WHERE same"


@dataclass(frozen=True, slots=True)
class Merged:
    """How many orders were new, replaced, and as the ledger had them."""

    orders_new: int
    orders_replaced: int
    orders_unchanged: int


def merge_orders(cursor: Cursor) -> Merged:
    """Insert or replace the staged orders with their customers and lines.

    The refunds of a replaced order must have been lifted off its lines before.
    """
    (unchanged,) = cursor.execute(_COUNT_SAME).fetchone() or (0,)
    cursor.execute(_INSERT_CUSTOMERS)
    cursor.execute(_UPDATE_ORDERS)
    replaced = cursor.rowcount
    if replaced:
        cursor.execute(_DELETE_LINES)
    cursor.execute(_INSERT_ORDERS)
    new = cursor.rowcount
    cursor.execute(_INSERT_LINES)
    return Merged(orders_new=new, orders_replaced=replaced, orders_unchanged=unchanged)
