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
from ingest.ledger.cancelled_sums import settle_cancelled_sums, settle_told_sums
from ingest.ledger.checks import LINE_RULES, ORDER_RULES, PRODUCT_RULES, STOCK_RULES, broken
from ingest.ledger.closed_days import note_closed_days
from ingest.ledger.duplicate_orders import take_out_doubles
from ingest.ledger.errors import IngestError, refuse
from ingest.ledger.gaps import merge_gaps
from ingest.ledger.instead_of_triggers import writing_staged
from ingest.ledger.lesser_sums import leave_lesser_sums
from ingest.ledger.load_summary import LoadSummary
from ingest.ledger.merge_orders import merge_orders
from ingest.ledger.merge_products import merge_products, merge_stock, stage_catalogue
from ingest.ledger.merge_refunds import lift_refunds, merge_refunds, stage_events
from ingest.ledger.noted_orders import NONE_NOTED, noted
from ingest.ledger.older_exports import leave_older, left_out, told_otherwise
from ingest.ledger.order_runs import in_runs
from ingest.ledger.order_sequence import OrderSequence
from ingest.ledger.reader_settings import Basis, require_same
from ingest.ledger.refund_checks import EVENT_RULES, INPUT_RULES, TOTAL_RULES
from ingest.ledger.refund_sums import leave_to_own_word, settle_assumed_dates
from ingest.ledger.refunds_of_two_ids import leave_two_named
from ingest.ledger.refunds_untold import book_untold
from ingest.ledger.stage_orders import stage_orders
from ingest.ledger.staging import GAPS, ORDER_LINES, PRODUCTS, REFUNDS, STOCK, Cursor, stage
from ingest.ledger.stated_refunds import settle_stated_refunds
from ingest.ledger.time_limits import PATIENT, TimeLimits
from ingest.ledger.told_edits import supersede_edits, told_with_edits
from ingest.rows import OrderLineRow, ProductRow, RefundRow, StockRow

_RULES = tuple(
    chain(
        PRODUCT_RULES, LINE_RULES, ORDER_RULES, INPUT_RULES, EVENT_RULES, TOTAL_RULES, STOCK_RULES
    )
)

# Few samples are enough to tell a large staged table from a small one.
_PREPARE = (
    "SELECT set_config('statement_timeout', %(timeout)s, true),"
    " set_config('lock_timeout', %(lock)s, true), set_config('jit', 'off', true),"
    " set_config('work_mem', '64MB', true), set_config('default_statistics_target', '10', true)"
)
_FACTS = """
    WITH back AS (
        SELECT sum(amount) AS amount, min(processed_at) AS first, max(processed_at) AS last
        FROM staged_events
        WHERE paid_at IS NOT NULL AND (position IS NOT NULL OR order_key IN (
            SELECT order_key FROM staged_summed_up WHERE told))
    ), paid AS (
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
        require_restricted_role(session.connection())
        if begin is not None:
            begin(session.connection())
        cursor.execute(_PREPARE, limits.settings())
        cursor.execute(LOCK_LEDGER)
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
        stage_orders(cursor, apart=not sequence.strict, events_know_more=events_know_more)
        summary = _merge(session.connection(), cursor, staged, gaps, review, exported_before)
        if conclude is not None:
            conclude(session.connection(), summary)
        return summary


def _merge(
    connection: Connection,
    cursor: Cursor,
    staged: Staged,
    gaps: Gaps,
    review: Callable[[Sequence[IngestError]], None],
    exported_before: int,
) -> LoadSummary:
    """Have all that is staged reviewed, and write it, where there is something."""
    settled = _settle(cursor, exported_before)
    summed = stage_events(cursor, exported_before)
    review(broken(cursor, _RULES))
    if staged == Staged(0, 0, 0, 0, 0):
        return LoadSummary()
    new_products = merge_products(cursor)
    closed_days = note_closed_days(cursor, now())
    with writing_staged(cursor):
        lift_refunds(cursor)
        orders = merge_orders(cursor)
        ignored = merge_refunds(cursor)
    merge_stock(cursor)
    names = take_out_doubles(connection, cursor)
    merge_gaps(cursor, gaps)
    if summed.orders:
        settle_assumed_dates(cursor)
    first_at, last_at, net_sales = cursor.execute(_FACTS).fetchone() or (None, None, 0)
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
        refunds=staged.refunds - ignored,
        cancellations_without_payment=ignored,
        stock_counts=staged.stock_counts,
        net_sales=int(net_sales),
        first_at=first_at,
        last_at=last_at,
        version=version,
        closed_days=closed_days,
        summed_beside=summed,
        older=left_out(cursor),
        names=names,
    )


def _settle(cursor: Cursor, exported_before: int) -> LoadSummary:
    """Settle what is staged beside what was told of its orders before; says of which."""
    untold = book_untold(cursor)
    leave_to_own_word(cursor, exported_before)
    less_older, less_told = leave_lesser_sums(cursor, exported_before)
    kept, newer = settle_stated_refunds(cursor, exported_before)
    two_named, alike = leave_two_named(cursor)
    beside = edited = held = NONE_NOTED
    if exported_before:
        supersede_edits(cursor)
        edited, held = told_with_edits(cursor)
        beside = settle_cancelled_sums(cursor)
    else:
        settle_told_sums(cursor)
    return LoadSummary(
        kept_refunds=kept,
        known_beside=beside,
        newer_told=newer,
        told_otherwise=told_otherwise(cursor),
        edited=edited,
        held=held,
        two_named=two_named,
        alike=alike,
        less_older=less_older,
        less_told=less_told,
        untold=untold,
        moved=noted(cursor, "staged_orders WHERE moved"),
    )


def _driver(connection: Connection, limits: TimeLimits) -> psycopg.Connection[object]:
    """The psycopg connection below, in the same transaction, patient enough for a load."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, TimeoutConnection):
        msg = "sales are loaded through an engine of common.db.engine"
        raise TypeError(msg)
    driver.statement_timeout_seconds = limits.statement_seconds
    return driver
