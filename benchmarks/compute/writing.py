"""What the triggers that mark days add to a write: the same inserts with them and without, in turn.

On a small database of its own, made for each run. Commits do not wait for the disk, which would
hide the triggers' cost behind its own.
"""

import time
from dataclasses import dataclass

from benchmarks.compute.databases import Database
from benchmarks.compute.shops import END, LARGEST
from sqlalchemy import text

from common.db.tenancy import Access, transaction

TABLES = ("orders", "order_lines")
BULK = 20_000
BURSTS = 15
_ORDER = text(
    """
    INSERT INTO orders (tenant_id, external_id, placed_at, paid_at, shipping, tax)
    SELECT :tenant_id, :name || n, at, at, 490, 300
    FROM generate_series(1, :count) n, LATERAL (SELECT :at - n * interval '1 minute' AS at) t
    RETURNING id
    """
)
_LINES = text(
    """
    INSERT INTO order_lines (tenant_id, order_id, line_no, external_id, product_id, paid_at,
                             quantity, unit_price)
    SELECT o.tenant_id, o.id, l, l::text, l, o.paid_at, 1, 1000
    FROM orders o, generate_series(1, 2) l WHERE o.tenant_id = :tenant_id AND o.id = ANY(:ids)
    """
)


@dataclass(frozen=True, slots=True)
class WriteCost:
    """Microseconds an order of two lines."""

    what: str
    without: float
    with_triggers: float


def write_costs(database: Database) -> list[WriteCost]:
    """Orders one a transaction, and many in one; of several short bursts the best counts."""
    costs = []
    for what, transactions, size in (
        ("one order a transaction", 60, 1),
        (f"{BULK:,} orders in one transaction", 1, BULK),
    ):
        taken: dict[bool, list[float]] = {True: [], False: []}
        for burst in range(BURSTS):
            for marking in (False, True):
                _set_triggers(database, marking=marking)
                started = time.perf_counter()
                for each in range(transactions):
                    _insert(database, f"{what}-{burst}-{marking}-{each}-", size)
                seconds = time.perf_counter() - started
                taken[marking].append(seconds * 1e6 / transactions / size)
        costs.append(WriteCost(what, min(taken[False]), min(taken[True])))
    return costs


def _insert(database: Database, name: str, count: int) -> None:
    facts = {"tenant_id": LARGEST.id, "name": name, "count": count, "at": END}
    with transaction(database.service, Access(tenant_id=LARGEST.id)) as session:
        ids = list(session.scalars(_ORDER, facts))
        session.execute(_LINES, {"tenant_id": LARGEST.id, "ids": ids})


def _set_triggers(database: Database, *, marking: bool) -> None:
    with database.owner.begin() as connection:
        for table in TABLES:
            verb = "ENABLE" if marking else "DISABLE"
            connection.execute(text(f"ALTER TABLE {table} {verb} TRIGGER mark_days"))
