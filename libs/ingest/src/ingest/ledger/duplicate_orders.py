"""Orders that the ledger has twice, by two names: the one that was not loaded is taken out.

Code of before 0048 knew orders by their names alone, and a file without ids brings them without.
Such an order goes with the next load of it. Refunds that are known by the other name alone go to
the order that stays. Where they do not fit it, or what the other name is of cannot be told to be
the same, both stay, and this is said.
"""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from common.instants import now
from ingest.csv.notes import EXAMPLES
from ingest.ledger.instead_of_triggers import taking_out
from ingest.ledger.noted_orders import NONE_NOTED, NotedOrders, noted
from ingest.ledger.remove_orders import forget_orders
from ingest.ledger.temporary_tables import Cursor, derive
from ingest.rows import CANCELLED, CANCELLED_SUM, REFUNDED

_ARE_THERE_ANY: Final = """
    SELECT EXISTS (SELECT FROM staged_called), EXISTS (SELECT FROM staged_meant),
           EXISTS (SELECT FROM staged_named_by_id)
"""
_CALLED_OTHERWISE: Final = """
    (SELECT order_id FROM staged_namesakes WHERE NOT apart
     UNION ALL SELECT order_id FROM staged_named_by_id) otherwise
"""
# An order without an id, by the name that the input alone gives this one, is the same order where
# it was placed at the same moment; else it may be another site's.
_STAGE_DOUBLES: Final = """
    SELECT DISTINCT ON (d.id) d.id, d.external_id, o.id AS kept,
           coalesce(d.placed_at = o.placed_at, true) AS same
    FROM (
        SELECT c.key AS id, c.known AS external_id, NULL::timestamptz AS placed_at,
               coalesce(n.renamed, c.order_id) AS name
        FROM staged_called c LEFT JOIN staged_namesakes n USING (order_id, platform_id)
        WHERE c.known <> coalesce(n.renamed, c.order_id)
        UNION ALL
        SELECT x.id, x.external_id, x.placed_at, n.renamed
        FROM staged_namesakes n
        JOIN orders x ON x.tenant_id = %(tenant_id)s AND x.external_id = n.order_id
        WHERE n.alone AND x.platform_id IS NULL
    ) d JOIN staged_orders o ON o.order_id = d.name
    ORDER BY d.id
"""
# Refunds of doubles that the order that stays has not, of the same id and money.
_STAGE_MOVING: Final = """
    SELECT d.id, d.kept, r.external_id AS refund_id, k.line_no, k.product_id, r.processed_at,
           r.kind, r.quantity, r.amount, r.shipping, r.tax,
           r.line_no IS NULL OR k.line_no IS NOT NULL AS has_place
    FROM staged_doubles d
    JOIN refunds r ON r.tenant_id = %(tenant_id)s AND r.order_id = d.id
    LEFT JOIN order_lines l
      ON l.tenant_id = %(tenant_id)s AND l.order_id = d.id AND l.line_no = r.line_no
    LEFT JOIN order_lines k
      ON k.tenant_id = %(tenant_id)s AND k.order_id = d.kept
     AND k.external_id = l.external_id AND k.product_id = l.product_id
    WHERE d.same AND (
        SELECT sum(amount + shipping + tax) FROM refunds
        WHERE tenant_id = %(tenant_id)s AND order_id = d.kept AND external_id = r.external_id)
        IS DISTINCT FROM (
        SELECT sum(amount + shipping + tax) FROM refunds
        WHERE tenant_id = %(tenant_id)s AND order_id = d.id AND external_id = r.external_id)
"""
_STAGE_BACK: Final = """
    SELECT kept, NULL::text AS refund_id, line_no, quantity, amount, shipping, tax
    FROM staged_moving
    UNION ALL
    SELECT order_id, external_id, line_no, quantity, amount, shipping, tax FROM refunds
    WHERE tenant_id = %(tenant_id)s AND order_id IN (SELECT kept FROM staged_moving)
"""
# Of several doubles of an order one has its refunds moved by a load, the next by the next load.
# What is as much by two ids may be the same money, and so may a sum beside refunds one by one.
_STAGE_STAYING: Final = f"""
    SELECT id FROM staged_doubles WHERE NOT same
    UNION
    SELECT m.id FROM staged_moving m
    JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.id = m.kept
    JOIN (SELECT kept, min(id) AS id FROM staged_moving GROUP BY kept) f ON f.kept = m.kept
    WHERE NOT m.has_place OR m.processed_at < o.paid_at OR o.paid_at IS NULL OR m.id > f.id
    UNION
    SELECT m.id
    FROM (
        SELECT id, kept, refund_id, sum(amount + shipping + tax) AS money
        FROM staged_moving GROUP BY id, kept, refund_id) m
    JOIN (
        SELECT kept, refund_id, sum(amount + shipping + tax) AS money
        FROM staged_back WHERE refund_id IS NOT NULL GROUP BY kept, refund_id) b USING (kept)
    WHERE b.refund_id = m.refund_id OR b.money = m.money
       OR '{{{CANCELLED},{CANCELLED_SUM},{REFUNDED}}}' && ARRAY[b.refund_id, m.refund_id]
    UNION
    SELECT m.id FROM staged_moving m JOIN (
        SELECT b.kept FROM staged_back b
        JOIN order_lines l
          ON l.tenant_id = %(tenant_id)s AND l.order_id = b.kept AND l.line_no = b.line_no
        GROUP BY b.kept, b.line_no, l.quantity, l.unit_price, l.remainder, l.line_discount,
                 l.order_discount
        HAVING sum(b.quantity) > l.quantity
            OR sum(b.amount) > l.unit_price::numeric * l.quantity + l.remainder
                               - l.line_discount - l.order_discount
        UNION
        SELECT b.kept FROM staged_back b
        JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.id = b.kept
        GROUP BY b.kept, o.shipping, o.tax
        HAVING sum(b.shipping) > o.shipping OR sum(b.tax) > o.tax
    ) beyond ON beyond.kept = m.kept
"""  # noqa: S608 - words of our own
_MOVE: Final = """
    INSERT INTO refunds (tenant_id, external_id, order_id, line_no, product_id, processed_at, kind,
                         quantity, amount, shipping, tax, sold_at)
    SELECT %(tenant_id)s, m.refund_id, m.kept, m.line_no, m.product_id, m.processed_at, m.kind,
           m.quantity, m.amount, m.shipping, m.tax, o.paid_at
    FROM staged_moving m JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.id = m.kept
    WHERE m.id NOT IN (SELECT id FROM staged_staying)
"""
_FIND: Final = """
    SELECT id, external_id FROM staged_doubles
    WHERE (id IN (SELECT id FROM staged_staying)) = %(stay)s ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Names:
    """Which orders of a load the platform's id told: those that the ledger has by another name,
    those whose name is another order's, those that were in the ledger by two names, those that
    still are; and second names by which refunds came alone.
    """

    other: NotedOrders = NONE_NOTED
    apart: NotedOrders = NONE_NOTED
    doubles: NotedOrders = NONE_NOTED
    twice: NotedOrders = NONE_NOTED
    meant: NotedOrders = NONE_NOTED


NO_NAMES: Final = Names()


def take_out_doubles(connection: Connection, cursor: Cursor) -> Names:
    """Take out what the ledger has of the loaded orders by second names; runs behind the merge of
    orders and refunds, and before gaps are weighed.
    """
    called, meant, by_id = cursor.execute(_ARE_THERE_ANY).fetchone() or (False, False, False)
    names = Names(
        other=noted(cursor, _CALLED_OTHERWISE) if called or by_id else NONE_NOTED,
        meant=noted(cursor, "staged_meant") if meant else NONE_NOTED,
    )
    if not called:
        return names
    doubles, twice = _taken_out(connection, cursor)
    apart = noted(cursor, "staged_namesakes WHERE apart")
    return replace(names, apart=apart, doubles=doubles, twice=twice)


def _taken_out(connection: Connection, cursor: Cursor) -> tuple[NotedOrders, NotedOrders]:
    """Take them out, their refunds moved; says which, and which stay."""
    if not derive(cursor, "staged_doubles", _STAGE_DOUBLES):
        return NONE_NOTED, NONE_NOTED
    moving = derive(cursor, "staged_moving", _STAGE_MOVING)
    derive(cursor, "staged_back", _STAGE_BACK)
    derive(cursor, "staged_staying", _STAGE_STAYING)
    staying = cursor.execute(_FIND, {"stay": True}).fetchall()
    going = cursor.execute(_FIND, {"stay": False}).fetchall()
    keys = [key for key, _ in going]
    if moving and keys:
        with taking_out(connection, cursor.tenant_id, keys):
            cursor.execute(_MOVE)
    forget_orders(connection, cursor.tenant_id, keys, now())
    return _named(going), _named(staying)


def _named(orders: list[tuple[int, str]]) -> NotedOrders:
    return NotedOrders(len(orders), tuple(name for _, name in orders[:EXAMPLES]))
