"""Orders of an export whose edits events told: what these took out of them counts once.

An export has an order's lines as edits left them, events have them as they were sold and what each
edit took out, on its day. Where the export's order is the events' less what their refunds took out
in turn, both say the same, and the order stays as events told it. So does one whose line the export
lacks and a refund that moved money is of: nothing else would hold that refund. Else the export's
lines count, and with them go the edits, which they are less by already.
"""

from typing import Final

from ingest.ledger.noted_orders import NotedOrders, noted
from ingest.ledger.temporary_tables import Cursor, columns, derive, leave_empty
from ingest.rows import CANCELLED

# Each order is looked up by itself, whatever is known of tables that were just filled.
_STAGE_EDITED: Final = f"""
    SELECT h.position AS head, h.order_id, h.platform_id, o.id,
           h.shipping - h.order_discount + h.tax AS besides, o.shipping + o.tax AS stored_besides,
           w.cancelled OR r.order_id IS NULL AS comparable
    FROM staged_order_lines h
    LEFT JOIN (SELECT DISTINCT order_id FROM staged_refunds WHERE refund_id = '{CANCELLED}') r
    USING (order_id)
    CROSS JOIN LATERAL (
        SELECT id, shipping, tax, platform_id FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = h.order_id LIMIT 1) o
    CROSS JOIN LATERAL (
        SELECT bool_or(facts #>> '{{order,1,head,Cancelled at}}' <> '') AS cancelled
        FROM staged_connections c
        CROSS JOIN LATERAL (
            SELECT facts::jsonb AS facts FROM webhook_orders
            WHERE tenant_id = %(tenant_id)s AND connection_id = c.id AND order_id = h.platform_id
            OFFSET 0) k
        HAVING bool_or(facts #> '{{order,1}}' ? 'shippingTax')) w
    WHERE h.placed_at IS NOT NULL AND h.head >= h.position AND o.platform_id = h.platform_id
      AND EXISTS (
          SELECT FROM refunds
          WHERE tenant_id = %(tenant_id)s AND order_id = o.id AND quantity > 0)
"""  # noqa: S608 - a word of our own
# Those that took pieces out, by what events call them: a file's own are its word.
_STAGE_TAKEN_OUT: Final = """
    SELECT e.head, e.id, f.external_id AS refund_id, f.line_no, f.processed_at, f.kind = 'edit' AS
           is_edit, f.quantity, f.amount + f.shipping + f.tax AS money
    FROM staged_edited e
    CROSS JOIN LATERAL (
        SELECT DISTINCT jsonb_object_keys(facts::jsonb -> 'refunds') AS refund_id
        FROM staged_connections c
        CROSS JOIN LATERAL (
            SELECT facts FROM webhook_orders
            WHERE tenant_id = %(tenant_id)s AND connection_id = c.id AND order_id = e.platform_id
            OFFSET 0) w) k
    CROSS JOIN LATERAL (
        SELECT * FROM refunds
        WHERE tenant_id = %(tenant_id)s AND order_id = e.id AND external_id = k.refund_id
        OFFSET 0) f
"""
_STAGE_THEIRS: Final = """
    SELECT e.head, sum(l.quantity) AS pieces,
           sum(l.unit_price::numeric * l.quantity + l.remainder - l.line_discount)
           + min(e.besides) AS money
    FROM staged_edited e JOIN staged_order_lines l ON l.head = e.head GROUP BY e.head
"""
_STAGE_OURS: Final = """
    SELECT e.head, sum(s.quantity) AS pieces,
           sum(s.unit_price::numeric * s.quantity + s.remainder - s.line_discount
               - s.order_discount) + min(e.stored_besides) AS money
    FROM staged_edited e
    JOIN order_lines s ON s.tenant_id = %(tenant_id)s AND s.order_id = e.id GROUP BY e.head
"""
# The edits alone in turn, and all that took pieces out; up to the turn at which as many are left as
# the export has, for as much.
_STAGE_UNTIL: Final = """
    WITH each_one AS (
        SELECT head, a.all_of_them, refund_id, min(processed_at) AS at, sum(quantity) AS pieces,
               sum(money) AS money
        FROM staged_taken_out JOIN (VALUES (false), (true)) AS a (all_of_them)
          ON a.all_of_them OR is_edit
        GROUP BY head, a.all_of_them, refund_id HAVING sum(quantity) > 0
    ), turns AS (
        SELECT head, all_of_them, refund_id, sum(pieces) OVER in_turn AS pieces,
               sum(money) OVER in_turn AS money
        FROM each_one WINDOW in_turn AS (PARTITION BY head, all_of_them ORDER BY at, refund_id)
    )
    SELECT t.head, t.all_of_them, u.refund_id FROM turns t
    JOIN staged_edited e USING (head)
    JOIN staged_theirs_edited h USING (head) JOIN staged_ours_edited o USING (head)
    JOIN turns u ON u.head = t.head AND u.all_of_them = t.all_of_them AND u.pieces <= t.pieces
    WHERE e.comparable AND o.pieces - h.pieces = t.pieces AND o.money - h.money = t.money
"""
_STAGE_SAME_LINES: Final = """
    WITH taken AS (
        SELECT t.head, u.all_of_them, t.line_no, sum(t.quantity) AS pieces
        FROM staged_taken_out t JOIN staged_until u USING (head, refund_id)
        GROUP BY t.head, u.all_of_them, t.line_no
    ), ours AS (
        SELECT e.head, a.all_of_them, s.external_id AS line_id,
               s.quantity - coalesce(t.pieces, 0) AS pieces
        FROM staged_edited e JOIN (SELECT DISTINCT head, all_of_them FROM staged_until) a
        USING (head)
        JOIN order_lines s ON s.tenant_id = %(tenant_id)s AND s.order_id = e.id
        LEFT JOIN taken t
          ON t.head = e.head AND t.all_of_them = a.all_of_them AND t.line_no = s.line_no
    )
    SELECT DISTINCT o.head FROM (
        SELECT o.head, o.all_of_them FROM ours o
        LEFT JOIN staged_order_lines l ON l.head = o.head AND l.line_id = o.line_id
        GROUP BY o.head, o.all_of_them
        HAVING bool_and(o.pieces = coalesce(l.quantity, 0))) o
"""
_STAGE_UNHELD: Final = """
    SELECT DISTINCT t.head
    FROM staged_taken_out t
    JOIN order_lines s
      ON s.tenant_id = %(tenant_id)s AND s.order_id = t.id AND s.line_no = t.line_no
    LEFT JOIN staged_order_lines l ON l.head = t.head AND l.line_id = s.external_id
    WHERE NOT t.is_edit AND l.head IS NULL
"""
_STAGE_STAYING: Final = """
    SELECT e.*, head IN (SELECT head FROM staged_same_lines) AS same FROM staged_edited e
    WHERE head IN (SELECT head FROM staged_same_lines UNION SELECT head FROM staged_unheld)
"""
_STAGE_GONE: Final = """
    WITH lessened AS (
        SELECT t.id
        FROM staged_taken_out t
        JOIN order_lines s
          ON s.tenant_id = %(tenant_id)s AND s.order_id = t.id AND s.line_no = t.line_no
        LEFT JOIN staged_order_lines l ON l.head = t.head AND l.line_id = s.external_id
        WHERE t.is_edit AND t.quantity > 0 AND coalesce(l.quantity, 0) < s.quantity
          AND NOT EXISTS (SELECT FROM staged_edits_told e WHERE e.head = t.head)
    )
    SELECT DISTINCT id AS order_key, refund_id FROM staged_taken_out
    WHERE is_edit AND id IN (SELECT id FROM lessened)
"""
_CONNECTED: Final = "SELECT EXISTS (SELECT FROM staged_connections)"
_EDITS_TOLD: Final = columns(
    "staged_edits_told", head="int8", order_id="text", platform_id="text", same="bool"
)
_EDITS_GONE: Final = columns("staged_edits_gone", order_key="int8", refund_id="text")
_STAGES: Final = (
    ("staged_theirs_edited", _STAGE_THEIRS),
    ("staged_ours_edited", _STAGE_OURS),
    ("staged_until", _STAGE_UNTIL),
    ("staged_same_lines", _STAGE_SAME_LINES),
    ("staged_unheld", _STAGE_UNHELD),
)
"""Each with its own statistics: in one statement the planner takes nearly all of them for empty."""
_LEAVE_OUT: Final = (
    "DELETE FROM staged_order_lines l USING staged_edits_told e WHERE l.head = e.head",
    """
    DELETE FROM staged_refunds r USING staged_edits_told e
    WHERE r.order_id = e.order_id AND r.platform_id = e.platform_id
    """,
    """
    DELETE FROM staged_gaps g USING staged_edits_told e
    WHERE e.same AND g.order_id = e.order_id AND g.platform_id = e.platform_id
    """,
)
_SUPERSEDE: Final = """
    INSERT INTO staged_superseded (order_key, refund_id)
    SELECT order_key, refund_id FROM staged_edits_gone
"""


def leave_edited(cursor: Cursor) -> None:
    """Leave out what is staged of orders that stay as events told them with their edits.

    Runs when runs are joined and orders have their names. Makes ``staged_edits_told``, these
    orders, and ``staged_edits_gone``: refunds of the ledger that the export's lines are less by.
    """
    (connected,) = cursor.execute(_CONNECTED).fetchone() or (False,)
    if not (connected and derive(cursor, "staged_edited", _STAGE_EDITED)):
        leave_empty(cursor, _EDITS_TOLD)
        leave_empty(cursor, _EDITS_GONE)
        return
    derive(cursor, "staged_taken_out", _STAGE_TAKEN_OUT)
    for name, query in _STAGES:
        derive(cursor, name, query)
    told = derive(cursor, _EDITS_TOLD, _STAGE_STAYING)
    derive(cursor, _EDITS_GONE, _STAGE_GONE)
    if told:
        for statement in _LEAVE_OUT:
            cursor.execute(statement)


def supersede_edits(cursor: Cursor) -> None:
    """Have the edits go that the lines of an export are less by; ``staged_superseded`` is made."""
    cursor.execute(_SUPERSEDE)


def told_with_edits(cursor: Cursor) -> tuple[NotedOrders, NotedOrders]:
    """Which orders ``leave_edited`` left out: those that the export has the same, and others."""
    return (
        noted(cursor, "staged_edits_told WHERE same", by="head"),
        noted(cursor, "staged_edits_told WHERE NOT same", by="head"),
    )
