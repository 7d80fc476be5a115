"""Load a tenant's sales in one transaction: stage, check, merge, and name a new version.

Loads of one tenant queue on an advisory lock; loads of different tenants do not meet. Whatever
goes wrong, from a bad row to an error in the source of the rows, leaves the ledger untouched.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import psycopg
from sqlalchemy import Connection, Engine

from common.db.engine import require_restricted_role
from common.db.tenancy import Access, transaction
from worker.ingest.merge import merge_orders, merge_products, stage_orders
from worker.ingest.refunds import lift_refunds, merge_refunds
from worker.ingest.rows import OrderLineRow, ProductRow, RefundRow
from worker.ingest.staging import ORDER_LINES, PRODUCTS, REFUNDS, Cursor, stage

_LOCK_CLASS = 0x1A6E57  # one of the two keys of the lock, the tenant is the other; never changes
_STATEMENT_TIMEOUT_SECONDS = 1800

_PREPARE = (
    "SELECT set_config('statement_timeout', %(timeout)s, true), set_config('jit', 'off', true),"
    " set_config('work_mem', '64MB', true)"
)
_LOCK = "SELECT pg_advisory_xact_lock(%(class)s, %(tenant)s)"
_SPAN = """
    SELECT min(at), max(at) FROM (
        SELECT paid_at FROM staged_orders
        UNION ALL
        SELECT processed_at FROM staged_events WHERE position IS NOT NULL AND paid_at IS NOT NULL
    ) AS events (at)
"""
# The clock and not the transaction's start: a load that waited for the lock is the later one.
_NEXT_VERSION = """
    INSERT INTO ledger_versions AS v (tenant_id, version, changed_at)
    VALUES (current_tenant(), 1, clock_timestamp())
    ON CONFLICT (tenant_id) DO UPDATE SET version = v.version + 1, changed_at = clock_timestamp()
    RETURNING version
"""


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """What a load did.

    ``refunds`` and ``lines`` count the input's rows. ``first_at`` and ``last_at`` are the earliest
    and latest instant an event of this input counts at, None without events. ``version`` is the
    ledger's after the load, None when there was nothing to load.
    """

    products: int = 0
    orders_new: int = 0
    orders_replaced: int = 0
    lines: int = 0
    refunds: int = 0
    cancellations_without_payment: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    version: int | None = None


def load_sales(
    engine: Engine,
    tenant_id: int,
    *,
    products: Iterable[ProductRow] = (),
    order_lines: Iterable[OrderLineRow] = (),
    refunds: Iterable[RefundRow] = (),
) -> LoadSummary:
    """Load rows into the tenant's ledger, all or nothing; the iterables are read once, in turn.

    A product seen again is updated, an order seen again is replaced with its lines (its refunds
    stay, on the lines of the same ids), a refund seen again is replaced.

    Raises:
        IngestError: rows that cannot enter the ledger.
        UnsafeDatabaseRoleError: row-level security, which holds every statement here to the
            tenant, does not hold the engine's role.
        ValueError: the positions of the rows do not grow.
        sqlalchemy.exc.DBAPIError, psycopg.Error: the database failed.
    """
    with (
        transaction(engine, Access(tenant_id=tenant_id)) as session,
        _driver(session.connection()).cursor() as cursor,
    ):
        require_restricted_role(session.connection())
        cursor.execute(_PREPARE, {"timeout": f"{_STATEMENT_TIMEOUT_SECONDS}s"})
        cursor.execute(_LOCK, {"class": _LOCK_CLASS, "tenant": tenant_id})
        return _load(
            cursor,
            stage(cursor, PRODUCTS, products),
            stage(cursor, ORDER_LINES, order_lines),
            stage(cursor, REFUNDS, refunds),
        )


def _load(cursor: Cursor, products: int, lines: int, refunds: int) -> LoadSummary:
    """Merge what is staged, given the numbers of rows."""
    if not products and not lines and not refunds:
        return LoadSummary()
    merge_products(cursor)
    stage_orders(cursor)
    lift_refunds(cursor)
    orders = merge_orders(cursor)
    returned = merge_refunds(cursor, refunds)
    first_at, last_at = cursor.execute(_SPAN).fetchone() or (None, None)
    (version,) = cursor.execute(_NEXT_VERSION).fetchone() or (None,)
    return LoadSummary(
        products=products,
        orders_new=orders.orders_new,
        orders_replaced=orders.orders_replaced,
        lines=lines,
        refunds=returned.refunds,
        cancellations_without_payment=returned.cancellations_without_payment,
        first_at=first_at,
        last_at=last_at,
        version=version,
    )


def _driver(connection: Connection) -> psycopg.Connection[object]:
    """The psycopg connection below, in the same transaction."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        msg = "sales are loaded through psycopg"
        raise TypeError(msg)
    return driver
