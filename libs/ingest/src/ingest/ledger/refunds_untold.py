"""Refunds that an export tells apart from their orders' lines: onto what the ledger has of these.

An export of a month has refunds of orders of the month before. Such a refund names products, which
are found among the order's lines; or it is money alone, which is put on goods, shipping and tax in
proportion, or is all of the order with its pieces. What names no order that was paid, or comes to
more than is left of it, is left out: its gap stays. Where it is booked, that gap is none.
"""

from typing import Final

from common.reports.document.gaps import GapKind
from ingest.ledger.names_apart import bare, is_apart
from ingest.ledger.noted_orders import NONE_NOTED, NotedOrders, noted
from ingest.ledger.refund_sum_ids import is_sum
from ingest.ledger.temporary_tables import Cursor, derive
from ingest.rows import DATED, LINE_UNTOLD


def _untold(refunds: str) -> str:
    """SQL of those of ``refunds`` that are told apart from their orders' lines."""
    return (
        f"(starts_with({refunds}.refund_id, '{DATED}')"
        f" OR starts_with(coalesce({refunds}.line_id, ''), '{LINE_UNTOLD}'))"
    )


_ARE_THERE: Final = f"SELECT EXISTS (SELECT FROM staged_refunds r WHERE {_untold('r')})"  # noqa: S608 - words of our own, as below
# Each order is looked up by itself, whatever is known of tables that were just filled. Of several
# sites' orders of a number nothing tells whose refund it is.
_STAGE_ORDERS: Final = f"""
    SELECT r.order_id, coalesce(s.id, o.id) AS id, s.position AS head,
           CASE WHEN s.id IS NULL THEN o.paid_at ELSE s.paid_at END AS paid_at,
           coalesce(s.shipping, o.shipping) AS shipping, coalesce(s.tax, o.tax) AS tax
    FROM (SELECT DISTINCT order_id FROM staged_refunds t WHERE {_untold("t")}) r
    LEFT JOIN staged_orders s USING (order_id)
    LEFT JOIN LATERAL (
        SELECT id, paid_at, shipping, tax FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = r.order_id
          AND NOT EXISTS (
              SELECT FROM orders
              WHERE tenant_id = %(tenant_id)s AND {is_apart("external_id")}
                AND {bare("external_id")} = r.order_id)
        LIMIT 1) o ON true
"""  # noqa: S608
# A sum has what is known one by one in it, and is weighed beside it.
_STAGE_BESIDE: Final = f"""
    SELECT r.order_id, r.line_id, r.quantity, r.amount, r.shipping, r.tax
    FROM staged_refunds r JOIN staged_untold_orders USING (order_id)
    WHERE NOT {_untold("r")} AND NOT {is_sum("r.refund_id", "r.order_id")}
    UNION ALL
    SELECT o.order_id, l.external_id, f.quantity, f.amount, f.shipping, f.tax
    FROM staged_untold_orders o CROSS JOIN LATERAL (
        SELECT * FROM refunds
        WHERE tenant_id = %(tenant_id)s AND order_id = o.id OFFSET 0) f
    LEFT JOIN order_lines l
      ON l.tenant_id = %(tenant_id)s AND l.order_id = f.order_id AND l.line_no = f.line_no
    WHERE NOT {is_sum("f.external_id", "o.order_id")}
      AND NOT EXISTS (
        SELECT FROM staged_refunds r
        WHERE r.order_id = o.order_id AND r.refund_id = f.external_id)
"""  # noqa: S608
_STAGE_LINES: Final = """
    WITH lines AS (
        SELECT o.order_id, l.line_id, l.line_no, l.product_id, l.quantity,
               l.unit_price::numeric * l.quantity + l.remainder - l.line_discount
               - coalesce(l.share, w.share, 0) AS worth
        FROM staged_untold_orders o
        JOIN staged_order_lines l ON l.head = o.head AND NOT l.again
        LEFT JOIN staged_shares w ON w.position = l.position
        UNION ALL
        SELECT o.order_id, l.external_id, l.line_no, p.external_id, l.quantity,
               l.unit_price::numeric * l.quantity + l.remainder - l.line_discount
               - l.order_discount
        FROM staged_untold_orders o CROSS JOIN LATERAL (
            SELECT * FROM order_lines
            WHERE tenant_id = %(tenant_id)s AND order_id = o.id AND o.head IS NULL OFFSET 0) l
        JOIN products p ON p.tenant_id = %(tenant_id)s AND p.id = l.product_id
    )
    SELECT l.*, l.worth - coalesce(b.amount, 0) AS room,
           l.quantity - coalesce(b.quantity, 0) AS pieces
    FROM lines l LEFT JOIN (
        SELECT order_id, line_id, sum(amount) AS amount, sum(quantity) AS quantity
        FROM staged_untold_beside GROUP BY order_id, line_id) b USING (order_id, line_id)
"""
# Of the lines of a product the first that has room; money without one is goodwill of the order.
_STAGE_EACH: Final = f"""
    WITH found AS (
        SELECT DISTINCT ON (r.ctid) r.*, o.paid_at, l.line_id AS of_line, l.room, l.pieces,
               r.line_id = '{LINE_UNTOLD}' AND r.shipping + r.tax = 0 AS of_all
        FROM staged_refunds r JOIN staged_untold_orders o USING (order_id)
        LEFT JOIN staged_untold_lines l
          ON l.order_id = r.order_id AND r.line_id IN (l.line_id, '{LINE_UNTOLD}' || l.product_id)
        WHERE {_untold("r")}
        ORDER BY r.ctid, l.room >= r.amount AND l.pieces >= r.quantity DESC, l.line_no
    ), counted AS (
        SELECT *, sum(amount) OVER so_far AS amounts, sum(quantity) OVER so_far AS counts
        FROM found WINDOW so_far AS (PARTITION BY order_id, of_line ORDER BY position)
    )
    SELECT position, refund_id, order_id, processed_at, kind, amount, shipping, tax, platform_id,
           paid_at, of_all, CASE WHEN amounts <= room THEN of_line END AS line_id,
           CASE WHEN counts <= pieces THEN quantity ELSE 0 END AS quantity
    FROM counted
"""  # noqa: S608
_STAGE_SPREAD: Final = """
    WITH wholes AS (
        SELECT o.order_id, o.shipping, o.tax, sum(l.worth) AS goods,
               sum(l.worth) + o.shipping + o.tax AS whole, min(l.line_no) AS first
        FROM staged_untold_orders o JOIN staged_untold_lines l USING (order_id)
        GROUP BY o.order_id, o.shipping, o.tax
    ), parts AS (
        SELECT e.*, w.goods, w.first, w.shipping AS all_shipping, w.tax AS all_tax,
               e.amount >= w.whole AS all_back,
               round(e.amount * w.shipping / nullif(w.whole, 0)) AS of_shipping,
               round(e.amount * w.tax / nullif(w.whole, 0)) AS of_tax
        FROM staged_untold_each e JOIN wholes w USING (order_id)
        WHERE e.of_all AND e.amount > 0
    )
    SELECT p.position, p.refund_id, p.order_id, l.line_id, p.processed_at, p.kind,
           l.quantity, l.worth AS amount,
           CASE WHEN l.line_no = p.first THEN p.all_shipping ELSE 0 END AS shipping,
           CASE WHEN l.line_no = p.first THEN p.all_tax ELSE 0 END AS tax,
           p.platform_id, p.paid_at
    FROM parts p JOIN staged_untold_lines l USING (order_id) WHERE p.all_back
    UNION ALL
    SELECT position, refund_id, order_id, NULL, processed_at, kind, 0,
           amount - of_shipping - of_tax, of_shipping, of_tax, platform_id, paid_at
    FROM parts WHERE NOT all_back
    UNION ALL
    SELECT min(position), refund_id, order_id, line_id, min(processed_at), min(kind),
           CASE WHEN line_id IS NULL THEN 0 ELSE sum(quantity) END, sum(amount), sum(shipping),
           sum(tax), min(platform_id), min(paid_at)
    FROM staged_untold_each WHERE NOT (of_all AND amount > 0)
    GROUP BY refund_id, order_id, line_id
"""
_STAGE_BEYOND: Final = f"""
    WITH backs AS (
        SELECT order_id, amount, shipping, tax
        FROM staged_untold_found WHERE NOT {is_sum("refund_id", "order_id")}
        UNION ALL
        SELECT order_id, amount, shipping, tax FROM staged_untold_beside
    ), worths AS (
        SELECT o.order_id, o.shipping, o.tax, coalesce(sum(l.worth), 0) AS goods
        FROM staged_untold_orders o LEFT JOIN staged_untold_lines l USING (order_id)
        GROUP BY o.order_id, o.shipping, o.tax
    )
    SELECT order_id FROM staged_untold_orders WHERE paid_at IS NULL
    UNION
    SELECT w.order_id FROM worths w JOIN backs b USING (order_id)
    GROUP BY w.order_id, w.shipping, w.tax, w.goods
    HAVING sum(b.amount) > w.goods OR sum(b.shipping) > w.shipping OR sum(b.tax) > w.tax
"""  # noqa: S608
_BOOK: Final = (
    f"DELETE FROM staged_refunds r WHERE {_untold('r')}",  # noqa: S608
    """
    INSERT INTO staged_refunds (position, refund_id, order_id, line_id, processed_at, kind,
                                quantity, amount, shipping, tax, platform_id)
    SELECT position, refund_id, order_id, line_id, greatest(processed_at, paid_at), kind, quantity,
           amount, shipping, tax, platform_id
    FROM staged_untold_found WHERE order_id NOT IN (SELECT order_id FROM staged_untold_beyond)
    """,
    f"""
    DELETE FROM staged_gaps g USING staged_untold_orders o
    WHERE g.order_id = o.order_id AND CASE
        WHEN g.order_id IN (SELECT order_id FROM staged_untold_beyond)
        THEN g.kind = '{GapKind.ASSUMED_REFUND_DATES.value}' AND o.head IS NULL
        ELSE g.kind = '{GapKind.REFUNDS_LEFT_OUT.value}' END
    """,  # noqa: S608
)


def book_untold(cursor: Cursor) -> NotedOrders:
    """Put what is staged so onto the orders' lines; answers of which orders it was left out.

    Runs when orders are staged, before any other rule looks at the refunds.
    """
    (there,) = cursor.execute(_ARE_THERE).fetchone() or (False,)
    if not there:
        return NONE_NOTED
    for name, query in (
        ("staged_untold_orders", _STAGE_ORDERS),
        ("staged_untold_beside", _STAGE_BESIDE),
        ("staged_untold_lines", _STAGE_LINES),
        ("staged_untold_each", _STAGE_EACH),
        ("staged_untold_found", _STAGE_SPREAD),
        ("staged_untold_beyond", _STAGE_BEYOND),
    ):
        derive(cursor, name, query)
    for statement in _BOOK:
        cursor.execute(statement)
    return noted(cursor, "staged_untold_beyond")
