"""Orders by the platform's id: one that comes by two names is one order, two of a name are two.

A shop's admin, its events and a spreadsheet that took the number for one call an order `#1001` and
`1001`. The ledger goes on to call it as it did first. Another order of a name that is taken, as of
a second site that numbers its orders alike, is called by name and id. What comes with orders and
without an id means them by the names that they have there.
"""

from typing import Final

from ingest.ledger.called_by_id import are_known_by_id, is_id, mean_by_id, named_by
from ingest.ledger.names_apart import after_name
from ingest.ledger.nearest_orders import mean_nearest
from ingest.ledger.second_names import find_meant
from ingest.ledger.temporary_tables import Cursor, columns, derive, leave_empty

_ARE_THERE_OLDER: Final = "SELECT EXISTS (SELECT FROM staged_older)"
# Orders that were left out have names in their input like all others.
_OLDER: Final = """
    UNION ALL
    SELECT order_id, platform_id, position FROM staged_older
    WHERE platform_id IS NOT NULL AND NOT gone
"""
# `first` is what the input calls the order first, `turn` counts the orders of that name. Those of
# an id that the ledger knows by no other name, and of a name that is no other's, are not looked at.
# Each id is looked up by itself, whatever is known of tables that were just filled.
_CALLED_BY_ID: Final = f"""
        UNION ALL
        SELECT id, external_id FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id IN {named_by("h.platform_id")}
          AND platform_id IS NULL AND {is_id("external_id")}
"""  # noqa: S608 - words of our own
_STAGE_CALLED: Final = """
    SELECT h.order_id, h.platform_id, h.first, h.turn, h.sharing,
           o.platform_id AS named_id, k.id AS key, k.external_id AS known
    FROM (
        SELECT order_id, platform_id, sharing,
               first_value(order_id) OVER same_order AS first,
               first_value(turn) OVER same_order AS turn
        FROM (
            SELECT order_id, platform_id, min(position) AS position,
                   row_number() OVER (PARTITION BY order_id ORDER BY min(position)) AS turn,
                   count(*) OVER (PARTITION BY order_id) AS sharing
            FROM (
                SELECT order_id, platform_id, position FROM staged_order_lines
                WHERE platform_id IS NOT NULL {older}) each_one
            GROUP BY order_id, platform_id
        ) g WINDOW same_order AS (PARTITION BY platform_id ORDER BY position)
    ) h
    LEFT JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = h.first
    LEFT JOIN LATERAL (
        SELECT id, external_id FROM orders
        WHERE tenant_id = %(tenant_id)s AND platform_id = h.platform_id {called} OFFSET 0) k ON true
    WHERE h.first <> h.order_id OR k.external_id <> h.order_id
       OR (k.id IS NULL AND (o.platform_id <> h.platform_id
                             OR (o.platform_id IS NULL AND h.turn > 1)))
"""
# `alone` is the one of its input that has the name there.
_STAGE_NAMESAKES: Final = f"""
    SELECT c.order_id, c.platform_id, c.renamed, c.known IS NOT NULL AS known,
           c.taken AND starts_with(c.renamed, c.beside) AS apart,
           c.sharing = 1 AND NOT EXISTS (
               SELECT FROM staged_order_lines l
               WHERE l.order_id = c.order_id AND l.platform_id IS NULL
                 AND l.placed_at IS NOT NULL) AS alone
    FROM (
        SELECT DISTINCT ON (order_id, platform_id) order_id, platform_id, sharing, known, taken,
               beside, CASE WHEN known IS NOT NULL THEN known
                            WHEN taken THEN beside ELSE first END AS renamed
        FROM (
            SELECT *, first || {after_name()} AS beside,
                   CASE WHEN named_id IS NULL THEN turn > 1
                        ELSE named_id <> platform_id END AS taken
            FROM staged_called) named
        WHERE first <> order_id OR named_id IS DISTINCT FROM platform_id
        ORDER BY order_id, platform_id, known IS DISTINCT FROM first, key
    ) c
    WHERE c.renamed <> c.order_id
"""  # noqa: S608 - words of our own, as below
_NAMESAKES: Final = columns(
    "staged_namesakes",
    order_id="text",
    platform_id="text",
    renamed="text",
    known="bool",
    apart="bool",
    alone="bool",
)
# A name that was made up may be what another order is called, here or in the ledger.
_NAME_FURTHER: Final = f"""
    UPDATE staged_namesakes n SET renamed = n.renamed || {after_name("n.platform_id")}
    FROM (
        SELECT m.order_id, m.platform_id
        FROM staged_namesakes m
        JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = m.renamed
        WHERE m.apart AND NOT m.known
        UNION
        SELECT m.order_id, m.platform_id
        FROM staged_namesakes m JOIN staged_order_lines l ON l.order_id = m.renamed
        WHERE m.apart AND NOT m.known AND l.placed_at IS NOT NULL
          AND l.platform_id IS DISTINCT FROM m.platform_id
    ) t WHERE n.order_id = t.order_id AND n.platform_id = t.platform_id
"""  # noqa: S608
# What joins by names from here on is planned by those that there are now.
_COUNT_AGAIN: Final = "ANALYZE staged_order_lines, staged_refunds"
_RENAME_LINES: Final = """
    UPDATE staged_order_lines l SET order_id = n.renamed
    FROM staged_order_lines h JOIN staged_namesakes n USING (order_id, platform_id)
    WHERE l.head = h.position
"""
_RENAME: Final = tuple(
    f"""
    UPDATE {table} r SET order_id = n.renamed FROM staged_namesakes n
    WHERE r.order_id = n.order_id
      AND (r.platform_id = n.platform_id OR (r.platform_id IS NULL AND n.alone))
    """  # noqa: S608 - tables of our own
    for table in ("staged_refunds", "staged_gaps")
)


def call_by_platform_id(cursor: Cursor, *, second_names: bool) -> int:
    """Give the staged orders of a platform's ids the names that the ledger has or will have for
    them, with their refunds and gaps; how many were renamed.

    Makes ``staged_called`` and ``staged_namesakes``: these, by their name and id; and
    ``staged_meant``: refunds of orders that are not staged, by ``second_names`` if these count.
    """
    mean_by_id(cursor)
    mean_nearest(cursor)
    (older,) = cursor.execute(_ARE_THERE_OLDER).fetchone() or (False,)
    called = _CALLED_BY_ID if are_known_by_id(cursor) else ""
    query = _STAGE_CALLED.format(older=_OLDER if older else "", called=called)
    renamed = 0
    if derive(cursor, "staged_called", query):
        renamed = derive(cursor, _NAMESAKES, _STAGE_NAMESAKES)
    else:
        leave_empty(cursor, _NAMESAKES)
    if renamed:
        while cursor.execute(_NAME_FURTHER).rowcount:
            pass
        for statement in (_RENAME_LINES, *_RENAME, _COUNT_AGAIN):
            cursor.execute(statement)
    find_meant(cursor, wanted=second_names)
    return renamed
