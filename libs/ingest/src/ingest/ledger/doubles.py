"""Orders that the ledger has twice, by two names: the one that was not loaded is taken out.

Code of before 0048 knew orders by their names alone. Such an order goes with the next load of it,
unless refunds of it are known by the other name alone.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from common.instants import now
from ingest.csv.notes import EXAMPLES
from ingest.ledger.forget import forget_orders
from ingest.ledger.staging import Cursor
from ingest.ledger.stated_refunds import NONE_KEPT, KeptRefunds

_ARE_THERE_ANY: Final = "SELECT EXISTS (SELECT FROM staged_called)"
_FIND: Final = """
    SELECT d.id, d.external_id
    FROM (
        SELECT DISTINCT c.key AS id, c.known AS external_id, coalesce(n.renamed, c.order_id) AS name
        FROM staged_called c LEFT JOIN staged_namesakes n USING (order_id, platform_id)
        WHERE c.known <> coalesce(n.renamed, c.order_id)
    ) d
    JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = d.name
    WHERE NOT EXISTS (
        SELECT FROM refunds r
        WHERE r.tenant_id = %(tenant_id)s AND r.order_id = d.id AND NOT EXISTS (
            SELECT FROM refunds s
            WHERE s.tenant_id = %(tenant_id)s AND s.order_id = o.id
              AND s.external_id = r.external_id))
    ORDER BY d.id
"""
_COUNT: Final = f"""
    SELECT count(*), (array_agg(order_id ORDER BY order_id))[:{EXAMPLES}]
    FROM staged_namesakes WHERE apart = %(apart)s
"""  # noqa: S608 - a number of our own


@dataclass(frozen=True, slots=True)
class Names:
    """Which orders of a load the platform's id told: those that the ledger has by another name,
    those whose name is another order's, and those that were in the ledger by two names.
    """

    other: KeptRefunds = NONE_KEPT
    apart: KeptRefunds = NONE_KEPT
    doubles: KeptRefunds = NONE_KEPT


NO_NAMES: Final = Names()


def take_out_doubles(connection: Connection, cursor: Cursor) -> Names:
    """Take out what the ledger has of the loaded orders by second names; runs behind the merge."""
    if cursor.execute(_ARE_THERE_ANY).fetchone() != (True,):
        return NO_NAMES
    doubles = cursor.execute(_FIND).fetchall()
    forget_orders(connection, cursor.tenant_id, [key for key, _ in doubles], now())
    first = tuple(name for _, name in doubles[:EXAMPLES])
    return Names(
        _counted(cursor, apart=False),
        _counted(cursor, apart=True),
        KeptRefunds(len(doubles), first),
    )


def _counted(cursor: Cursor, *, apart: bool) -> KeptRefunds:
    orders, first = cursor.execute(_COUNT, {"apart": apart}).fetchone() or (0, None)
    return KeptRefunds(orders, tuple(first or ()))
