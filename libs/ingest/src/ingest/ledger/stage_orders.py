"""Put the staged lines together to orders with keys, and find those that change nothing.

Every order and customer gets its key here (the known one, or the next of the sequence). Runs under
the tenant's advisory lock: nobody else gives out keys or replaces orders meanwhile.
"""

from ingest.ledger.known_payment_days import keep_known_payment_days
from ingest.ledger.lacking_lines import leave_lacking
from ingest.ledger.platform_ids import call_by_platform_id
from ingest.ledger.temporary_tables import Cursor, columns, derive, leave_empty
from ingest.ledger.told_by_events import keep_spreading
from ingest.ledger.told_by_name import APART
from ingest.ledger.told_edits import leave_edited
from ingest.ledger.told_lines import keep_told_lines

# Only heads have the order's columns. How many are null is known to the planner; how many of two
# numbers are the same is not, and it takes them for very few.
_STAGE_RERUNS = """
    SELECT * FROM (
        SELECT position, min(position) OVER (PARTITION BY order_id) AS first
        FROM staged_order_lines
        WHERE placed_at IS NOT NULL AND order_id IN (
            SELECT order_id FROM staged_order_lines
            WHERE placed_at IS NOT NULL GROUP BY order_id HAVING count(*) > 1)
    ) runs WHERE position > first
"""
_RERUNS = columns("staged_reruns", position="int8", first="int8")
_JOIN_RUNS = """
    UPDATE staged_order_lines l SET head = r.first FROM staged_reruns r WHERE l.head = r.position
"""
_NUMBER_LINES = """
    UPDATE staged_order_lines l SET line_no = n.line_no, again = n.turn > 1, share = NULL
    FROM (
        SELECT position, row_number() OVER (PARTITION BY head ORDER BY position) AS line_no,
               row_number() OVER (PARTITION BY head, line_id ORDER BY position) AS turn
        FROM staged_order_lines WHERE head IN (SELECT first FROM staged_reruns)
    ) n WHERE n.position = l.position
"""
_STAGE_ORDERS = f"""
    WITH placed AS (
        SELECT l.position, l.order_id, l.placed_at, l.paid_at, l.channel, l.customer_id, l.country,
               l.region, l.coupon_code, l.order_discount, l.shipping, l.tax, l.platform_id,
               o.id AS known_id,
               o.customer_id AS known_customer,
               o.id IS NOT NULL AND (
                   o.placed_at, o.paid_at, o.channel, o.country, o.region, o.coupon_code,
                   o.discount, o.shipping, o.tax, o.platform_id) IS NOT DISTINCT FROM (
                   l.placed_at, l.paid_at, l.channel, l.country, l.region, l.coupon_code,
                   l.order_discount, l.shipping, l.tax,
                   coalesce(l.platform_id, o.platform_id)) AS same,
               o.platform_id IS DISTINCT FROM l.platform_id OR l.platform_id IS NULL AS by_name,
               o.placed_at AS known_placed
        FROM staged_order_lines l
        LEFT JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = l.order_id
        WHERE l.placed_at IS NOT NULL AND l.head >= l.position ORDER BY l.position
    )
    SELECT placed.*, known_id IS NOT NULL AS known,
           by_name AND (known_placed < placed_at - {APART} OR known_placed > placed_at + {APART}
           ) AS moved,
           coalesce(known_id, nextval((SELECT pg_get_serial_sequence('orders', 'id')::regclass))
           ) AS id
    FROM placed
"""  # noqa: S608 - words of our own
_STAGE_CUSTOMERS = """
    SELECT s.customer_id, c.id IS NOT NULL AS known,
           coalesce(c.id, nextval((SELECT pg_get_serial_sequence('customers', 'id')::regclass))
           ) AS id
    FROM (
        SELECT customer_id FROM staged_orders WHERE customer_id IS NOT NULL
        GROUP BY customer_id ORDER BY min(position)
    ) s
    LEFT JOIN customers c ON c.tenant_id = %(tenant_id)s AND c.external_id = s.customer_id
"""
_STAGE_DISCOUNTS = """
    SELECT o.position, o.order_id, o.order_discount AS discount, sum(
        l.unit_price::numeric * l.quantity + l.remainder - l.line_discount) AS worth
    FROM staged_orders o JOIN staged_order_lines l ON l.head = o.position
    WHERE o.order_discount > 0 AND l.share IS NULL
    GROUP BY o.position, o.order_id, o.order_discount
"""
# Largest remainder: everyone gets the whole part of its share, and the units left over go to the
# largest remainders, ties to the earlier line. Only orders with a discount are worth the sorting,
# and of these only those whose lines did not come with their shares.
_STAGE_SHARES = """
    WITH exact AS (
        SELECT l.position, d.position AS head, d.discount, d.worth,
               d.discount * (l.unit_price::numeric * l.quantity + l.remainder - l.line_discount)
               AS product
        FROM staged_discounts d JOIN staged_order_lines l ON l.head = d.position
        WHERE d.discount <= d.worth
    ), whole AS (
        SELECT position, div(product, worth) AS share,
               discount - sum(div(product, worth)) OVER same_order AS left_over,
               row_number() OVER (
                   same_order ORDER BY mod(product, worth) DESC, position) AS turn
        FROM exact WINDOW same_order AS (PARTITION BY head)
    )
    SELECT position, (share + (turn <= left_over)::int)::bigint AS share FROM whole
"""
_STAGE_STORED = """
    SELECT l.order_id, l.line_no, l.external_id, l.product_id, l.quantity, l.unit_price,
           l.line_discount, l.order_discount, l.remainder
    FROM staged_orders o
    JOIN order_lines l ON l.tenant_id = %(tenant_id)s AND l.order_id = o.id WHERE o.same
"""
# What is the same but for its customer or a line: another one, one more, or one less.
_FIND_CHANGED = """
    WITH incoming AS (
        SELECT o.id AS order_id, l.line_no, l.line_id, p.id AS product_id, l.quantity,
               l.unit_price, l.line_discount, coalesce(l.share, w.share, 0) AS share,
               l.remainder
        FROM staged_orders o
        JOIN staged_order_lines l ON l.head = o.position
        JOIN staged_catalogue p USING (product_id)
        LEFT JOIN staged_shares w ON w.position = l.position
        WHERE o.same
    )
    UPDATE staged_orders o SET same = false WHERE same AND id IN (
        SELECT coalesce(i.order_id, s.order_id)
        FROM incoming i FULL JOIN staged_stored s USING (order_id, line_no)
        WHERE (i.line_id, i.product_id, i.quantity, i.unit_price, i.line_discount, i.share,
               i.remainder)
              IS DISTINCT FROM (s.external_id, s.product_id, s.quantity, s.unit_price,
                                s.line_discount, s.order_discount, s.remainder)
        UNION ALL
        SELECT o.id FROM staged_orders o LEFT JOIN staged_customers c USING (customer_id)
        WHERE o.same AND o.known_customer IS DISTINCT FROM c.id)
"""


def stage_orders(
    cursor: Cursor, exported_before: int, *, apart: bool, events_know_more: bool
) -> None:
    """Bring the runs together, give keys and spread discounts.

    ``apart`` says that an order may have several runs, ``events_know_more`` that what events told
    of its lines is kept, and that refunds alone may come by second names of their orders. Refunds
    before ``exported_before`` are an export's.

    Makes ``staged_namesakes`` (orders that the ledger calls otherwise than their source does),
    ``staged_reruns`` (runs beyond an order's first), ``staged_known_payments`` (orders that keep
    the day of their payment), ``staged_orders`` (one
    row an order, by its first line's position; ``same`` where the ledger says so already),
    ``staged_customers``, ``staged_discounts``, ``staged_shares`` (order discount by line) and
    ``staged_stored`` (the ledger's lines of orders that may be the same).
    """
    renamed = call_by_platform_id(cursor, second_names=events_know_more)
    if not (apart or renamed):
        leave_empty(cursor, _RERUNS)
    elif derive(cursor, _RERUNS, _STAGE_RERUNS):
        cursor.execute(_JOIN_RUNS)
        cursor.execute(_NUMBER_LINES)
    keep_known_payment_days(cursor)
    if events_know_more:
        leave_edited(cursor)
        leave_lacking(cursor, exported_before)
        keep_spreading(cursor)
        keep_told_lines(cursor, exported_before)
    derive(cursor, "staged_orders", _STAGE_ORDERS)
    derive(cursor, "staged_customers", _STAGE_CUSTOMERS)
    derive(cursor, "staged_discounts", _STAGE_DISCOUNTS)
    derive(cursor, "staged_shares", _STAGE_SHARES)
    if derive(cursor, "staged_stored", _STAGE_STORED):
        cursor.execute(_FIND_CHANGED)
