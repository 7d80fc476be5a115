"""Orders of an export that has no ids of the platform, and what events told of them by name.

WooCommerce's exports call an order by its number. That is its id, as a rule, and else what a
plug-in made of it, which the facts have. Of several sites' orders of a number the one is meant that
was placed nearest. Where events told that it was paid, the ledger has not got it, and the file has
it as placed then: it was cancelled, failed or binned since, and a file that has it as a sale is
from before, unless it has orders from after that.
"""

from typing import Final

from ingest.ledger.order_keys import OF_FACTS
from ingest.ledger.temporary_tables import Cursor, columns, derive, leave_empty

# How far two clocks that told one moment may be apart, where one of them may tell the day alone.
APART: Final = "interval '51 hours'"
_SAID: Final = f"""
    {OF_FACTS} AS own_id, facts #>> '{{order,1,placed}}' AS placed,
    facts #>> '{{order,1,paid}}' AS paid,
    split_part(facts #>> '{{order,0}}', ' ', 1) AS said_at
"""
_NUMBER: Final = "nullif(facts #>> '{order,1,number}', '')"
_STAGE_NAMELESS: Final = """
    SELECT h.position, h.order_id, h.placed_at AS placed_at, h.paid_at AS paid_at,
           o.id IS NOT NULL AS named, o.platform_id AS named_id
    FROM staged_order_lines h
    LEFT JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = h.order_id
    WHERE h.placed_at IS NOT NULL AND h.platform_id IS NULL
"""
# What events said is looked up order by order, whatever is known of tables that were just filled.
_STAGE_BY_ID: Final = f"""
    SELECT h.*, w.own_id, w.placed, w.paid, w.said_at
    FROM staged_nameless h
    CROSS JOIN staged_connections c
    CROSS JOIN LATERAL (
        SELECT {_SAID} FROM webhook_orders
        WHERE tenant_id = %(tenant_id)s AND connection_id = c.id AND order_id = h.order_id
          AND coalesce({_NUMBER}, order_id) = order_id
        OFFSET 0) w
"""  # noqa: S608 - words of our own, as below
# No index has the number: all facts of the shop are read, once, where ids leave orders over.
_STAGE_BY_NUMBER: Final = f"""
    SELECT h.*, w.own_id, w.placed, w.paid, w.said_at
    FROM (
        SELECT {_NUMBER} AS number, {_SAID} FROM webhook_orders
        WHERE tenant_id = %(tenant_id)s AND connection_id IN (SELECT id FROM staged_connections)
          AND {_NUMBER} <> order_id
        OFFSET 0) w
    JOIN staged_nameless h ON h.order_id = w.number
"""  # noqa: S608 - words of our own
_ADD: Final = "INSERT INTO staged_told_by_name SELECT * FROM staged_by_number"
_TOLD_BY_NAME: Final = columns(
    "staged_told_by_name",
    position="int8",
    order_id="text",
    placed_at="timestamptz",
    paid_at="timestamptz",
    named="bool",
    named_id="text",
    own_id="text",
    placed="text",
    paid="text",
    said_at="text",
)
GONE: Final = f"""
    SELECT position, order_id, NULL::text AS platform_id, true AS gone
    FROM (
        SELECT DISTINCT ON (position) * FROM staged_told_by_name
        WHERE placed::timestamptz BETWEEN placed_at - {APART} AND placed_at + {APART}
        ORDER BY position, abs(extract(epoch FROM placed::timestamptz - placed_at)), said_at DESC
    ) t
    WHERE paid IS NOT NULL
      AND greatest(paid_at, (SELECT max(placed_at) FROM staged_order_lines))
          <= said_at::timestamptz + {APART}
      AND NOT (named AND coalesce(named_id = own_id, true))
      AND NOT EXISTS (
          SELECT FROM orders WHERE tenant_id = %(tenant_id)s AND platform_id = own_id)
"""  # noqa: S608 - words of our own
"""SQL of those that were a sale and are none any more, by events."""


def stage_told_by_name(cursor: Cursor) -> int:
    """Make ``staged_told_by_name``: the export's orders without an id that events told of, with
    what they said; how many rows.
    """
    nameless = derive(cursor, "staged_nameless", _STAGE_NAMELESS)
    if not nameless:
        return stage_none(cursor)
    found = derive(cursor, _TOLD_BY_NAME, _STAGE_BY_ID)
    if found < nameless and derive(cursor, "staged_by_number", _STAGE_BY_NUMBER):
        found += cursor.execute(_ADD).rowcount
    return found


def stage_none(cursor: Cursor) -> int:
    """Make it without any."""
    leave_empty(cursor, _TOLD_BY_NAME)
    return 0
