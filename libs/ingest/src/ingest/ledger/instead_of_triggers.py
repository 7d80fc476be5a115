"""What a load owes the ledger, as it writes without its triggers: marks of days, and references.

Days are marked before anything is written, of what is to come and of what goes. The rows that go
are locked first, so that nobody turns them into rows of another day meanwhile; whoever writes a
line or a refund of a locked order waits, as its check of the reference locks the order too.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import Connection

from common.db.ledger_writer import ZONE, by_statements
from ingest.ledger.temporary_tables import Cursor

# Apart, so that rows without an instant are locked too: the condition would sink below the lock.
_MARK: Final = """
    WITH instants AS MATERIALIZED ({})
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT %(tenant_id)s::integer, (at AT TIME ZONE %(zone)s)::date
    FROM instants WHERE at IS NOT NULL
"""
_COMING: Final = """
    SELECT paid_at AS at FROM staged_orders WHERE NOT same
    UNION ALL
    SELECT processed_at FROM staged_events WHERE moves AND paid_at IS NOT NULL
"""
_GOING_ORDERS: Final = """
    SELECT CASE WHEN c.replaced THEN o.paid_at END AS at
    FROM (
        SELECT id, bool_or(replaced) AS replaced FROM (
            SELECT id, true AS replaced FROM staged_orders WHERE known AND NOT same
            UNION ALL
            SELECT order_key, false FROM staged_events WHERE moves
        ) each_one GROUP BY id
    ) c JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.id = c.id
    FOR UPDATE OF o
"""
_GOING_LINES: Final = """
    SELECT l.paid_at AS at
    FROM staged_orders s
    JOIN order_lines l ON l.tenant_id = %(tenant_id)s AND l.order_id = s.id
    WHERE s.known AND NOT s.same FOR UPDATE OF l
"""
_GOING_REFUNDS: Final = """
    SELECT r.processed_at AS at
    FROM (SELECT DISTINCT order_key, refund_id FROM staged_events WHERE moves) e
    JOIN refunds r ON r.tenant_id = %(tenant_id)s
      AND r.order_id = e.order_key AND r.external_id = e.refund_id
    FOR UPDATE OF r
"""
_GOING_SUPERSEDED: Final = """
    SELECT r.processed_at AS at
    FROM staged_superseded p
    JOIN refunds r ON r.tenant_id = %(tenant_id)s
      AND r.order_id = p.order_key AND r.external_id = p.refund_id
    FOR UPDATE OF r
"""
_STAGED: Final = (_GOING_ORDERS, _GOING_LINES, _GOING_REFUNDS, _GOING_SUPERSEDED, _COMING)
_NO_REFUNDS: Final = (_GOING_ORDERS, _GOING_LINES, _COMING)

_OF_ORDERS: Final = (
    """
    SELECT paid_at AS at FROM orders
    WHERE tenant_id = %(tenant_id)s AND id = ANY(%(orders)s) FOR UPDATE
    """,
    """
    SELECT paid_at AS at FROM order_lines
    WHERE tenant_id = %(tenant_id)s AND order_id = ANY(%(orders)s) FOR UPDATE
    """,
    """
    SELECT processed_at AS at FROM refunds
    WHERE tenant_id = %(tenant_id)s AND order_id = ANY(%(orders)s) FOR UPDATE
    """,
)
_OF_REFUNDS: Final = (
    """
    SELECT processed_at AS at FROM refunds
    WHERE tenant_id = %(tenant_id)s AND order_id = ANY(%(orders)s)
      AND external_id = ANY(%(refunds)s) FOR UPDATE
    """,
)
# Keys were given while rows were staged: what has been deleted since is missing among the locked.
_MISSING: Final = {
    "products": """
        SELECT (SELECT count(*) FROM staged_catalogue WHERE known) - (SELECT count(*) FROM (
            SELECT FROM staged_catalogue s
            JOIN products p ON p.tenant_id = %(tenant_id)s AND p.id = s.id
            WHERE s.known FOR KEY SHARE OF p) locked)
    """,
    "customers": """
        WITH needed AS (
            SELECT id FROM staged_customers WHERE known AND customer_id IN (
                SELECT customer_id FROM staged_orders WHERE NOT same)
        )
        SELECT (SELECT count(*) FROM needed) - (SELECT count(*) FROM (
            SELECT FROM needed n
            JOIN customers c ON c.tenant_id = %(tenant_id)s AND c.id = n.id
            FOR KEY SHARE OF c) locked)
    """,
    "orders": """
        SELECT (SELECT count(*) FROM staged_orders WHERE known AND NOT same) - (
            SELECT count(*) FROM staged_orders s
            JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.id = s.id
            WHERE s.known AND NOT s.same)
    """,
}


@contextmanager
def writing_staged(cursor: Cursor, *, refunds: bool) -> Iterator[None]:
    """Write what is staged: its days are marked, and what it refers to stays. ``refunds`` says that
    some are to be written or go.

    Raises:
        psycopg.errors.ForeignKeyViolation: what it refers to is deleted meanwhile.
    """
    _mark(cursor.execute, _STAGED if refunds else _NO_REFUNDS, {})
    for table, query in _MISSING.items():
        (missing,) = cursor.execute(query).fetchone() or (0,)
        if missing:
            raise psycopg.errors.ForeignKeyViolation(f"rows of {table} are deleted meanwhile")
    with by_statements(cursor.execute):
        yield


@contextmanager
def taking_out(
    connection: Connection,
    tenant_id: int,
    orders: Sequence[int],
    refunds: Collection[str] | None = None,
) -> Iterator[None]:
    """Delete anything of ``orders``, all of whose days are marked; or their ``refunds`` of those
    ids alone, of which no other day is.

    Raises:
        psycopg.errors.ForeignKeyViolation: the tenant is deleted meanwhile.
        sqlalchemy.exc.DBAPIError: the database failed.
    """
    execute = connection.exec_driver_sql
    given = {"tenant_id": tenant_id, "orders": list(orders), "refunds": sorted(refunds or ())}
    _mark(execute, _OF_ORDERS if refunds is None else _OF_REFUNDS, given)
    with by_statements(execute):
        yield


def _mark(
    execute: Callable[[str, dict[str, Any]], Any], sources: Sequence[str], given: dict[str, Any]
) -> None:
    """Lock the tenant's row against another zone, then mark the days of all ``sources``."""
    found = execute(ZONE, given).fetchone()
    if found is None:
        raise psycopg.errors.ForeignKeyViolation("the tenant is deleted meanwhile")
    for source in sources:
        execute(_MARK.format(source), {**given, "zone": found[0]})
