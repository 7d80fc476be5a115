"""Orders of an export that events told before: how their sums are spread on lines stays as it is.

An event states of each line what an export leaves to be put on all in proportion: its part of a
discount, its tax. Where the export has the same order (the same lines, the same money for goods and
shipping, no refund that the ledger has not), it says less of it. Its own spreading would move net
sales from product to product, and could leave a line worth less than came back of it. Whatever
else the export says of the order is taken; an order that it has otherwise is the export's.
"""

from ingest.ledger.staging import Cursor, derive

_ARE_THERE_EVENTS = "SELECT EXISTS (SELECT FROM webhook_orders WHERE tenant_id = %(tenant_id)s)"
_STAGE_KNOWN = """
    SELECT h.position AS head, o.id, h.order_id, o.discount, o.shipping,
           h.shipping - h.order_discount AS besides, o.shipping AS stored_besides,
           h.tax = o.tax AS alike
    FROM staged_order_lines h
    JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = h.order_id
        AND o.platform_id = h.platform_id
    WHERE h.placed_at IS NOT NULL AND h.head >= h.position AND EXISTS (
        SELECT FROM ingest_connections c JOIN webhook_orders w
            ON w.tenant_id = %(tenant_id)s AND w.connection_id = c.id
            AND w.order_id = h.platform_id
        WHERE c.tenant_id = %(tenant_id)s)
"""
_STAGE_TOLD = """
    WITH mine AS (
        SELECT l.head, count(*) AS lines,
               sum(l.unit_price::numeric * l.quantity + l.remainder - l.line_discount) AS paid
        FROM staged_order_lines l JOIN staged_known k ON k.head = l.head GROUP BY l.head
    ), stored AS (
        SELECT k.head, count(*) AS lines, count(l.position) AS pairs,
               sum(s.unit_price::numeric * s.quantity + s.remainder - s.line_discount
                   - s.order_discount) AS paid
        FROM staged_known k
        JOIN order_lines s ON s.tenant_id = %(tenant_id)s AND s.order_id = k.id
        LEFT JOIN staged_order_lines l
            ON l.head = k.head AND l.line_id = s.external_id AND l.quantity = s.quantity
        GROUP BY k.head
    ), back AS (
        SELECT order_id, refund_id, min(processed_at) AS at, sum(quantity) AS quantity,
               sum(amount) AS amount, sum(shipping) + sum(tax) AS besides
        FROM staged_refunds WHERE order_id IN (SELECT order_id FROM staged_known)
        GROUP BY order_id, refund_id
    ), stored_back AS (
        SELECT k.order_id, f.external_id AS refund_id, min(f.processed_at) AS at,
               sum(f.quantity) AS quantity, sum(f.amount) AS amount,
               sum(f.shipping) + sum(f.tax) AS besides
        FROM staged_known k JOIN refunds f ON f.tenant_id = %(tenant_id)s AND f.order_id = k.id
        GROUP BY k.order_id, f.external_id
    )
    SELECT k.* FROM staged_known k JOIN mine USING (head) JOIN stored USING (head)
    WHERE k.alike AND mine.lines = stored.lines AND stored.pairs = stored.lines
      AND mine.paid + k.besides = stored.paid + k.stored_besides
      AND NOT EXISTS (
        SELECT FROM back b LEFT JOIN stored_back s USING (order_id, refund_id)
        WHERE b.order_id = k.order_id
          AND (b.at, b.quantity, b.amount + b.besides)
              IS DISTINCT FROM (s.at, s.quantity, s.amount + s.besides))
"""
_KEEP_LINES = """
    UPDATE staged_order_lines l
    SET unit_price = s.unit_price, line_discount = s.line_discount, remainder = s.remainder,
        share = s.order_discount
    FROM staged_told k JOIN order_lines s ON s.tenant_id = %(tenant_id)s AND s.order_id = k.id
    WHERE l.head = k.head AND l.line_id = s.external_id
"""
_KEEP_HEADS = """
    UPDATE staged_order_lines h SET order_discount = k.discount, shipping = k.shipping
    FROM staged_told k WHERE h.position = k.head
"""
_KEEP_REFUNDS = "DELETE FROM staged_refunds r USING staged_told k WHERE r.order_id = k.order_id"


def keep_spreading(cursor: Cursor) -> None:
    """Give the staged lines of orders that events told the amounts that the ledger has of them.

    Their refunds stay the ledger's. Runs when runs are joined and orders have their names.
    """
    (there,) = cursor.execute(_ARE_THERE_EVENTS).fetchone() or (False,)
    if not there or not derive(cursor, "staged_known", _STAGE_KNOWN):
        return
    if derive(cursor, "staged_told", _STAGE_TOLD):
        for statement in (_KEEP_LINES, _KEEP_HEADS, _KEEP_REFUNDS):
            cursor.execute(statement)
