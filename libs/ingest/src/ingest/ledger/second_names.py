"""Refunds that come by a second name of an order, which the ledger has not, and without the order.

An order's second names are its number without the sign or with it (`1001`, `#1001`), and without
the id by which it is told from another of the name. Where one order alone may be meant, and has an
id of its platform, it is; the ledger knows no other second names.
"""

from typing import Final

from ingest.ledger.names_apart import bare, is_apart
from ingest.ledger.temporary_tables import Cursor, columns, derive, leave_empty

_SIGN: Final = "'^#'"
# Of a name that the input has, its orders have been found already, or they are several. What a
# platform calls so by its id, as one that was cancelled there, is meant itself.
_STAGE_UNKNOWN: Final = f"""
    SELECT r.order_id, regexp_replace(r.order_id, {_SIGN}, '') AS bare
    FROM (
        SELECT order_id FROM staged_refunds WHERE platform_id IS NULL GROUP BY order_id) r
    LEFT JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = r.order_id
    WHERE o.id IS NULL
      AND NOT EXISTS (
          SELECT FROM staged_order_lines l
          WHERE l.order_id = r.order_id AND l.placed_at IS NOT NULL)
      AND NOT EXISTS (SELECT FROM staged_called c WHERE c.order_id = r.order_id)
      AND NOT EXISTS (
          SELECT FROM webhook_orders w
          WHERE w.tenant_id = %(tenant_id)s AND w.order_id = r.order_id)
"""  # noqa: S608 - words of our own, as below
_BARE: Final = f"""
    regexp_replace(
        CASE WHEN {is_apart("name")} THEN {bare("name")} ELSE name END, {_SIGN}, '')
"""
# A table of its own, so that its size is known: a loop would read the ledger once a name.
_STAGE_BARE: Final = f"""
    SELECT name, platform_id, {_BARE} AS bare
    FROM (
        SELECT external_id AS name, platform_id FROM orders WHERE tenant_id = %(tenant_id)s
        UNION ALL
        SELECT order_id, platform_id FROM staged_order_lines WHERE placed_at IS NOT NULL
    ) there
"""  # noqa: S608
_STAGE_MEANT: Final = """
    SELECT u.order_id, min(o.name) AS name
    FROM staged_unknown u JOIN staged_bare o USING (bare)
    GROUP BY u.order_id HAVING count(DISTINCT o.name) = 1 AND count(o.platform_id) > 0
"""
_MEANT: Final = columns("staged_meant", order_id="text", name="text")
_RENAME: Final = """
    UPDATE staged_refunds r SET order_id = m.name FROM staged_meant m
    WHERE r.order_id = m.order_id AND r.platform_id IS NULL
"""


def find_meant(cursor: Cursor, *, wanted: bool) -> None:
    """Give staged refunds by second names the names that the ledger has for their orders.

    Runs when staged orders have their names. Makes ``staged_meant``: these, by the second name;
    none where they are not ``wanted``.
    """
    if wanted and derive(cursor, "staged_unknown", _STAGE_UNKNOWN):
        derive(cursor, "staged_bare", _STAGE_BARE)
        if derive(cursor, _MEANT, _STAGE_MEANT):
            cursor.execute(_RENAME)
    else:
        leave_empty(cursor, _MEANT)
