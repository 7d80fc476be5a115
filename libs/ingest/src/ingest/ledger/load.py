"""Load a tenant's sales in one transaction: stage, check, merge, and name a new version.

Loads of one tenant queue on an advisory lock; loads of different tenants do not meet. Whatever
goes wrong, from a bad row to an error in the source of the rows, leaves the ledger untouched.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import psycopg
from sqlalchemy import Connection, Engine

from common.db.engine import require_restricted_role
from common.db.read_timeout import TimeoutConnection
from common.db.sales import LOCK_LEDGER, NEXT_VERSION, NOTE_SALES
from common.db.tenancy import Access, transaction
from common.instants import now
from ingest.gaps import Gaps
from ingest.ledger.checks import LINE_RULES, ORDER_RULES, PRODUCT_RULES, STOCK_RULES, broken
from ingest.ledger.closed_days import note_closed_days
from ingest.ledger.duplicate_orders import take_out_doubles
from ingest.ledger.errors import IngestError, refuse
from ingest.ledger.gaps import merge_gaps
from ingest.ledger.instead_of_triggers import writing_staged
from ingest.ledger.load_summary import LoadSummary
from ingest.ledger.merge_orders import merge_orders
from ingest.ledger.merge_products import merge_products, merge_stock, stage_catalogue
from ingest.ledger.merge_refunds import (
    StagedEvents,
    lift_refunds,
    merge_refunds,
    stage_events,
)
from ingest.ledger.older_exports import leave_older, left_out
from ingest.ledger.order_runs import in_runs
from ingest.ledger.order_sequence import OrderSequence
from ingest.ledger.reader_settings import Basis, require_same
from ingest.ledger.refund_checks import EVENT_RULES, INPUT_RULES, TOTAL_RULES
from ingest.ledger.refund_sums import settle_assumed_dates
from ingest.ledger.settle import settle
from ingest.ledger.stage_orders import stage_orders
from ingest.ledger.staging import GAPS, ORDER_LINES, PRODUCTS, REFUNDS, STOCK, stage
from ingest.ledger.temporary_tables import Cursor, find_kept
from ingest.ledger.time_limits import PATIENT, TimeLimits
from ingest.rows import OrderLineRow, ProductRow, RefundRow, StockRow

_RULES = tuple(
    chain(
        PRODUCT_RULES, LINE_RULES, ORDER_RULES, INPUT_RULES, EVENT_RULES, TOTAL_RULES, STOCK_RULES
    )
)

_MOST_PREPARED = 400
"""Statements that a session keeps: a load has up to some 200."""
# Few samples are enough to tell a large staged table from a small one.
_PREPARE = (
    "SELECT set_config('statement_timeout', %(timeout)s, true),"
    " set_config('lock_timeout', %(lock)s, true), set_config('jit', 'off', true),"
    " set_config('work_mem', '64MB', true), set_config('default_statistics_target', '10', true)"
)
_BACK = """
    SELECT sum(amount) AS amount, min(processed_at) AS first, max(processed_at) AS last
    FROM staged_events
    WHERE paid_at IS NOT NULL AND (position IS NOT NULL OR order_key IN (
        SELECT order_key FROM staged_summed_up WHERE told))
"""
_NOTHING_BACK = "SELECT 0 AS amount, NULL::timestamptz AS first, NULL::timestamptz AS last"
_FACTS = """
    WITH back AS ({back}), paid AS (
        SELECT sum(order_discount) AS discounts, min(paid_at) AS first, max(paid_at) AS last
        FROM staged_orders WHERE paid_at IS NOT NULL
    ), goods AS (
        SELECT sum(l.unit_price * l.quantity + l.remainder - l.line_discount) AS worth
        FROM staged_order_lines l
        LEFT JOIN staged_orders o ON o.position = l.head AND o.paid_at IS NULL
        WHERE o.position IS NULL
    )
    SELECT least(paid.first, back.first), greatest(paid.last, back.last),
           coalesce(goods.worth, 0) - coalesce(paid.discounts, 0) - coalesce(back.amount, 0)
    FROM back, paid, goods
"""


@dataclass(frozen=True, slots=True)
class Staged:
    """How many rows of each kind came in."""

    products: int
    lines: int
    refunds: int
    stock_counts: int
    gaps: int


def load_sales(
    engine: Engine,
    tenant_id: int,
    *,
    products: Iterable[ProductRow] = (),
    order_lines: Iterable[OrderLineRow] = (),
    refunds: Iterable[RefundRow] = (),
    stock: Iterable[StockRow] = (),
    gaps: Gaps | None = None,
    products_by_title: bool = False,
    events_know_more: bool = False,
    exported_before: int = 0,
    export_of: str | None = None,
    review: Callable[[Sequence[IngestError]], None] = refuse,
    read_by: Basis | None = None,
    begin: Callable[[Connection], None] | None = None,
    conclude: Callable[[Connection, LoadSummary], None] | None = None,
    limits: TimeLimits = PATIENT,
) -> LoadSummary:
    """Load rows into the tenant's ledger, all or nothing; the iterables are read once, in turn.

    Seen again, a product is updated, an order replaced with its lines (its refunds stay on theirs)
    unless it is the same, a refund replaced. ``products_by_title``: SKUs name a line's product,
    else titles. ``events_know_more``: lines that webhooks told keep what these stated. Refunds
    before ``exported_before`` are an export's, ``export_of`` its platform. ``gaps`` are read last.
    ``review`` gets every error before the merge, and raises if there is one. ``read_by`` is what
    the source reads by, if it matters. ``begin`` runs first, ``conclude`` last, in ``limits``.

    Raises:
        BasisChangedError: the tenant's settings are not those of ``read_by``.
        IngestError: rows that cannot enter the ledger.
        UnsafeDatabaseRoleError: row-level security does not hold the engine's role to the tenant.
        ValueError: the positions of the rows do not grow.
        sqlalchemy.exc.DBAPIError, psycopg.Error: the database failed.
    """
    with (
        transaction(engine, Access(tenant_id=tenant_id)) as session,
        Cursor(_driver(session.connection(), limits), tenant_id) as cursor,
    ):
        _begin(session.connection(), cursor, limits, begin)
        require_same(session.connection(), tenant_id, read_by)
        gaps, sequence = gaps or Gaps(), OrderSequence()
        staged = Staged(
            stage(cursor, PRODUCTS, products),
            stage(cursor, ORDER_LINES, in_runs(order_lines, sequence)),
            stage(cursor, REFUNDS, refunds),
            stage(cursor, STOCK, stock),
            stage(cursor, GAPS, gaps.rows()),
        )
        leave_older(cursor, export_of)
        stage_catalogue(cursor, by_title=products_by_title)
        apart = not sequence.strict
        stage_orders(cursor, exported_before, apart=apart, events_know_more=events_know_more)
        summary = _merge(session.connection(), cursor, staged, gaps, review, exported_before)
        if conclude is not None:
            conclude(session.connection(), summary)
        return summary


def _begin(
    connection: Connection,
    cursor: Cursor,
    limits: TimeLimits,
    begin: Callable[[Connection], None] | None,
) -> None:
    """Let who loads begin, and wait for the ledger."""
    require_restricted_role(connection)
    if begin is not None:
        begin(connection)
    cursor.execute(_PREPARE, limits.settings())
    cursor.execute(LOCK_LEDGER)
    find_kept(cursor)


def _merge(
    connection: Connection,
    cursor: Cursor,
    staged: Staged,
    gaps: Gaps,
    review: Callable[[Sequence[IngestError]], None],
    exported_before: int,
) -> LoadSummary:
    """Have all that is staged reviewed, and write it, where there is something."""
    settled = settle(cursor, exported_before)
    events = stage_events(cursor, exported_before)
    review(broken(cursor, _RULES, _tables(staged, events)))
    if staged == Staged(0, 0, 0, 0, 0):
        return LoadSummary()
    new_products = merge_products(cursor)
    closed_days = note_closed_days(cursor, now())
    with writing_staged(cursor, refunds=events.any):
        if events.any:
            lift_refunds(cursor)
        orders = merge_orders(cursor)
        ignored = merge_refunds(cursor) if events.any else 0
    if staged.stock_counts:
        merge_stock(cursor)
    names = take_out_doubles(connection, cursor)
    merge_gaps(cursor, gaps)
    if events.summed.orders:
        settle_assumed_dates(cursor)
    facts = _FACTS.format(back=_BACK if events.any else _NOTHING_BACK)
    first_at, last_at, net_sales = cursor.execute(facts).fetchone() or (None, None, 0)
    (version,) = cursor.execute(NEXT_VERSION).fetchone() or (None,)
    if staged.lines:
        cursor.execute(NOTE_SALES)
    return replace(
        settled,
        products=staged.products,
        products_new=new_products,
        orders_new=orders.orders_new,
        orders_replaced=orders.orders_replaced,
        orders_unchanged=orders.orders_unchanged,
        lines=staged.lines,
        refunds=staged.refunds - ignored - settled.elsewhere.left_out,
        cancellations_without_payment=ignored,
        stock_counts=staged.stock_counts,
        net_sales=int(net_sales),
        first_at=first_at,
        last_at=last_at,
        version=version,
        closed_days=closed_days,
        summed_beside=events.summed,
        older=left_out(cursor),
        names=names,
    )


def _tables(staged: Staged, events: StagedEvents) -> set[str]:
    """The ledger's tables that anything is staged of."""
    counts = {
        "products": staged.products,
        "stock_counts": staged.stock_counts,
        "order_lines": staged.lines,
        "refunds": events.any,
    }
    return {table for table, count in counts.items() if count}


def _driver(connection: Connection, limits: TimeLimits) -> psycopg.Connection[object]:
    """The psycopg connection below, in the same transaction, patient enough for a load."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, TimeoutConnection):
        msg = "sales are loaded through an engine of common.db.engine"
        raise TypeError(msg)
    driver.statement_timeout_seconds = limits.statement_seconds
    driver.prepared_max = _MOST_PREPARED
    return driver
