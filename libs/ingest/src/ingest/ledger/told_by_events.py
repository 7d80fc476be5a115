"""Orders of an export that events told before: how their sums are spread on lines stays as it is.

An event states of each line what an export leaves to be put on all in proportion: its part of a
discount, its tax. Where the export has the same order (the same lines, the same money for goods and
shipping, no refund that the ledger has not), it says less of it. Its own spreading would move net
sales from product to product, and could leave a line worth less than came back of it. Whatever
else the export says of the order is taken; an order that it has otherwise is the export's.
A sum of a cancelled order beside refunds that are known is settled by itself
(``ingest.ledger.cancelled_sums``), whatever it is of lines.
"""

from ingest.ledger.temporary_tables import Cursor, derive
from ingest.rows import CANCELLED

_ARE_THERE_EVENTS = "SELECT EXISTS (SELECT FROM webhook_orders WHERE tenant_id = %(tenant_id)s)"
# Facts that the version before kept state less of an order's lines than its export does, and lack
# this key. Each order is looked up by itself, whatever is known of tables that were just filled.
_STAGE_KNOWN = """
    SELECT h.position AS head, o.id, h.order_id, o.discount, o.shipping,
           h.shipping - h.order_discount AS besides, o.shipping AS stored_besides
    FROM staged_order_lines h
    CROSS JOIN LATERAL (
        SELECT id, discount, shipping, tax, platform_id FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = h.order_id LIMIT 1) o
    WHERE h.placed_at IS NOT NULL AND h.head >= h.position AND o.platform_id = h.platform_id
      AND o.tax = h.tax AND EXISTS (
        SELECT FROM staged_connections c JOIN webhook_orders w
            ON w.tenant_id = %(tenant_id)s AND w.connection_id = c.id
            AND w.order_id = h.platform_id
        WHERE (w.facts::jsonb #> '{order,1}') ? 'shippingTax')
"""
_STAGE_THEIR_LINES = """
    SELECT l.head, count(*) AS lines,
           sum(l.unit_price::numeric * l.quantity + l.remainder - l.line_discount) AS paid
    FROM staged_order_lines l JOIN staged_known k ON k.head = l.head GROUP BY l.head
"""
_STAGE_OUR_LINES = """
    SELECT k.head, count(*) AS lines, count(l.position) AS pairs,
           sum(s.unit_price::numeric * s.quantity + s.remainder - s.line_discount
               - s.order_discount) AS paid
    FROM staged_known k
    JOIN order_lines s ON s.tenant_id = %(tenant_id)s AND s.order_id = k.id
    LEFT JOIN staged_order_lines l
        ON l.head = k.head AND l.line_id = s.external_id AND l.quantity = s.quantity
    GROUP BY k.head
"""
_STAGE_THEIR_REFUNDS = f"""
    SELECT order_id, refund_id, min(processed_at) AS at, sum(quantity) AS quantity,
           sum(amount) + sum(shipping) + sum(tax) AS money
    FROM staged_refunds
    WHERE order_id IN (SELECT order_id FROM staged_known)
      AND (refund_id <> '{CANCELLED}' OR order_id NOT IN (
          SELECT order_id FROM staged_our_refunds WHERE refund_id <> '{CANCELLED}'))
    GROUP BY order_id, refund_id
"""  # noqa: S608 - a word of our own
_STAGE_OUR_REFUNDS = """
    SELECT k.order_id, f.external_id AS refund_id, min(f.processed_at) AS at,
           sum(f.quantity) AS quantity, sum(f.amount) + sum(f.shipping) + sum(f.tax) AS money
    FROM staged_known k JOIN refunds f ON f.tenant_id = %(tenant_id)s AND f.order_id = k.id
    GROUP BY k.order_id, f.external_id
"""
_STAGE_REFUNDED_OTHERWISE = """
    SELECT DISTINCT order_id
    FROM staged_their_refunds t LEFT JOIN staged_our_refunds o USING (order_id, refund_id)
    WHERE (t.at, t.quantity, t.money) IS DISTINCT FROM (o.at, o.quantity, o.money)
"""
_STAGE_TOLD = """
    SELECT k.* FROM staged_known k
    JOIN staged_their_lines t USING (head) JOIN staged_our_lines o USING (head)
    WHERE t.lines = o.lines AND o.pairs = o.lines
      AND t.paid + k.besides = o.paid + k.stored_besides
      AND k.order_id NOT IN (SELECT order_id FROM staged_refunded_otherwise)
"""
_STAGES = (
    ("staged_their_lines", _STAGE_THEIR_LINES),
    ("staged_our_lines", _STAGE_OUR_LINES),
    ("staged_our_refunds", _STAGE_OUR_REFUNDS),
    ("staged_their_refunds", _STAGE_THEIR_REFUNDS),
    ("staged_refunded_otherwise", _STAGE_REFUNDED_OTHERWISE),
    ("staged_told", _STAGE_TOLD),
)
"""Each with its own statistics: in one statement the planner takes nearly all of them for empty."""
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
_KEEP_REFUNDS = """
    WITH theirs AS (
        DELETE FROM staged_refunds r USING staged_told k, staged_their_refunds t
        WHERE r.order_id = k.order_id AND t.order_id = r.order_id AND t.refund_id = r.refund_id
        RETURNING k.id, r.order_id, r.refund_id, r.position, r.platform_id
    ), once AS (
        SELECT id, order_id, refund_id, min(position) AS position, min(platform_id) AS platform_id
        FROM theirs GROUP BY id, order_id, refund_id
    )
    INSERT INTO staged_refunds (position, refund_id, order_id, line_id, processed_at, kind,
                                quantity, amount, shipping, tax, platform_id)
    SELECT o.position, o.refund_id, o.order_id, l.external_id, f.processed_at, f.kind, f.quantity,
           f.amount, f.shipping, f.tax, o.platform_id
    FROM once o
    JOIN refunds f
      ON f.tenant_id = %(tenant_id)s AND f.order_id = o.id AND f.external_id = o.refund_id
    LEFT JOIN order_lines l
      ON l.tenant_id = %(tenant_id)s AND l.order_id = f.order_id AND l.line_no = f.line_no
"""


def keep_spreading(cursor: Cursor) -> None:
    """Give the staged lines and refunds of orders that events told the amounts that the ledger has.

    Runs when runs are joined and orders have their names.
    """
    (there,) = cursor.execute(_ARE_THERE_EVENTS).fetchone() or (False,)
    if not there or not derive(cursor, "staged_known", _STAGE_KNOWN):
        return
    counts = [derive(cursor, name, query) for name, query in _STAGES]
    if counts[-1]:
        for statement in (_KEEP_LINES, _KEEP_HEADS, _KEEP_REFUNDS):
            cursor.execute(statement)
