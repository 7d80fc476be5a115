"""Two years of orders made inside PostgreSQL, the same at every run.

Chance is a hash of the row's number. Orders lie in the table by time, as they would have arrived,
the shops' mixed. Triggers are off meanwhile, as for a restore; the days are marked afterwards.
"""

import time
from itertools import accumulate
from typing import Final

from benchmarks.compute.shops import END, SHOPS, START
from sqlalchemy import Connection, Engine, text

LINES: Final = (0.40, 0.67, 0.84, 0.93)
"""Of all orders, so many have at most 1, 2, 3, 4 lines; the others 5: 2.16 on average."""

_CHANCE = """
    CREATE FUNCTION pg_temp.u(n bigint, salt integer) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    'SELECT (hashint8extended(n, salt) & 9007199254740991) / 9007199254740992.0::float8'
"""
_TENANTS = """
    INSERT INTO tenants (id, slug, name, currency, timezone)
    SELECT id, 'shop-' || id, 'Shop ' || id, 'EUR', zone
    FROM unnest(CAST(:ids AS int[]), CAST(:zones AS text[])) AS t (id, zone)
"""
_PRODUCTS = """
    INSERT INTO products (tenant_id, id, external_id, title, sku, category)
    SELECT s.id, p, 'p' || p, 'Product ' || p, 'SKU-' || p, 'Category ' || p % 20
    FROM unnest(CAST(:ids AS int[]), CAST(:firsts AS int[]), CAST(:sizes AS int[]))
         AS s (id, first, size)
    CROSS JOIN LATERAL generate_series(s.first, s.first + s.size - 1) p
"""
_ORDERS = """
    INSERT INTO orders (tenant_id, id, external_id, placed_at, paid_at, channel, coupon_code,
                        discount, shipping, tax)
    SELECT width_bucket(pg_temp.u(n, 1), CAST(:shares AS float8[])) + 1, n,
           'o' || lpad(n::text, 9, '0'), at - interval '3 minutes', at, 'web',
           CASE WHEN coupon THEN 'HELLO' END, CASE WHEN coupon THEN 100 * lines ELSE 0 END,
           CASE WHEN pg_temp.u(n, 3) < 0.7 THEN 490 ELSE 0 END, 300 + (pg_temp.u(n, 4) * 4000)::int
    FROM generate_series(1, CAST(:orders AS bigint)) n
    CROSS JOIN LATERAL (
        SELECT CAST(:start AS timestamptz)
               + CAST(:span AS interval) * (n::float8 / :orders - 1e-9) AS at,
               width_bucket(pg_temp.u(n, 2), CAST(:lines AS float8[])) + 1 AS lines,
               pg_temp.u(n, 5) < 0.2 AS coupon
    ) o
"""
_LINES = """
    INSERT INTO order_lines (tenant_id, order_id, line_no, external_id, product_id, paid_at,
                             quantity, unit_price, line_discount, order_discount)
    SELECT o.tenant_id, o.id, l, l::text, product, o.paid_at, quantity, price,
           CASE WHEN pg_temp.u(o.id * 8 + l, 6) < 0.15 THEN quantity * price / 10 ELSE 0 END,
           CASE WHEN o.coupon_code IS NULL THEN 0 ELSE 100 END
    FROM orders o
    CROSS JOIN LATERAL generate_series(
        1, width_bucket(pg_temp.u(o.id, 2), CAST(:lines AS float8[])) + 1) l
    CROSS JOIN LATERAL (
        SELECT (CAST(:firsts AS int[]))[o.tenant_id] - 1
               + floor(exp(pg_temp.u(o.id * 8 + l, 7)
                           * ln((CAST(:sizes AS int[]))[o.tenant_id] + 1)))::int AS product,
               1 + floor(3 * pg_temp.u(o.id * 8 + l, 8) ^ 4)::int AS quantity
    ) g
    CROSS JOIN LATERAL (SELECT 500 + (pg_temp.u(product, 9) * 19500)::int AS price) p
"""
_REFUNDS = """
    INSERT INTO refunds (tenant_id, external_id, order_id, line_no, product_id, processed_at,
                         kind, quantity, amount, shipping, tax, sold_at)
    SELECT tenant_id, 'r' || order_id, order_id, line_no, product_id,
           paid_at + interval '20 days' * pg_temp.u(order_id, 11),
           CASE WHEN pg_temp.u(order_id, 12) < 0.2 THEN 'cancel' ELSE 'return' END,
           1, unit_price - line_discount / quantity - order_discount, 0, 100, paid_at
    FROM order_lines WHERE line_no = 1 AND pg_temp.u(order_id, 10) < 0.05
"""
_MARKS = """
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (l.occurred_at AT TIME ZONE t.timezone)::date
    FROM ledger l JOIN tenants t ON t.id = l.tenant_id
"""
_SEQUENCES = """
    SELECT setval(pg_get_serial_sequence('tenants', 'id'), (SELECT max(id) FROM tenants)),
           setval(pg_get_serial_sequence('products', 'id'), (SELECT max(id) FROM products)),
           setval(pg_get_serial_sequence('orders', 'id'), (SELECT max(id) FROM orders))
"""
ATTEMPTS: Final = 20
TABLES: Final = ("tenants", "products", "orders", "order_lines", "refunds", "dirty_days")


def generate(owner: Engine, orders: int) -> None:
    """Fill an empty migrated database with ``orders`` orders; every day is marked.

    ``owner`` is a superuser: triggers, foreign keys and row-level security are passed by.
    """
    facts = {
        "orders": orders,
        "start": START,
        "span": END - START,
        "lines": list(LINES),
        "shares": list(accumulate(shop.share for shop in SHOPS[:-1])),
        "ids": [shop.id for shop in SHOPS],
        "zones": [shop.zone.key for shop in SHOPS],
        "firsts": [shop.first_product for shop in SHOPS],
        "sizes": [shop.products for shop in SHOPS],
    }
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(_CHANCE))
        for statement in (_TENANTS, _PRODUCTS, _ORDERS, _LINES, _REFUNDS, _MARKS, _SEQUENCES):
            connection.execute(text(statement), facts)
    vacuum(owner, *TABLES)


def vacuum(owner: Engine, *tables: str) -> None:
    """Leave tables as autovacuum does in time: analysed, and visible to index-only scans.

    An older snapshot, such as autovacuum's own, may hold it back: tried again for a while. Index
    cleanup, which PostgreSQL leaves out where few rows are dead, would leave pages unseen.
    """
    unseen = text("SELECT relpages - relallvisible FROM pg_class WHERE oid = to_regclass(:table)")
    with owner.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for table in tables:
            for _ in range(ATTEMPTS):
                connection.execute(text(f"VACUUM (ANALYZE, INDEX_CLEANUP ON) {table}"))
                if not connection.scalar(unseen, {"table": table}):
                    break
                time.sleep(1)


def counts(connection: Connection) -> dict[str, int]:
    """How many orders, lines, refunds and products there are."""
    return {
        table: connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608 - names of ours
        for table in ("orders", "order_lines", "refunds", "products")
    }
