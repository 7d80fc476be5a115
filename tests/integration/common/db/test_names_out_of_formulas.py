"""A file that was imported before its cells' formulas were taken for their texts is known again."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from tests.support.plain_owner import as_service, plainly_owned, undo_migrations
from tests.support.servers import Servers

from accounts.provisioning import create_tenant
from common.db import migrate
from common.db.tenancy import Access, transaction
from ingest.formats.registry import FORMATS
from ingest.import_files import import_files
from ingest.sources import FileKind, ImportFile

BEFORE = "0044"
ORDERS = b"""\
order_id,paid_at,placed_at,currency,line_id,product_id,product_title,quantity,unit_price,customer_id
="O1",2026-03-01T10:00:00Z,2026-03-01T10:00:00Z,EUR,="1",="00123",Mug,2,12.50,="C1"
="O1",2026-03-01T10:00:00Z,2026-03-01T10:00:00Z,EUR,="2",="P""2",Cup,1,5.00,="C1"
O2,2026-03-02T10:00:00Z,2026-03-02T10:00:00Z,EUR,1,P3,Pot,1,9.00,C2
"""
REFUNDS = b"""\
refund_id,order_id,line_id,processed_at,kind,quantity,amount,shipping,tax
="R1",="O1",="1",2026-03-04T10:00:00Z,return,1,12.50,0,0
="R1",="O1",="2",2026-03-04T10:00:00Z,return,1,5.00,0,0
"""
FILES = {FileKind.ORDERS: ORDERS, FileKind.REFUNDS: REFUNDS}
NAMED = [
    *(("products", "external_id"), ("customers", "external_id"), ("orders", "external_id")),
    *(("order_lines", "external_id"), ("refunds", "external_id")),
]
AS_BEFORE = """
    UPDATE {table} SET {name} = '="' || replace({name}, '"', '""') || '"'
    WHERE tenant_id = :tenant_id AND {name} NOT IN ('O2', 'P3', 'C2')
"""
LEDGER = """
    SELECT o.external_id, l.external_id, p.external_id, c.external_id, l.quantity, l.unit_price
    FROM orders o JOIN order_lines l ON l.tenant_id = o.tenant_id AND l.order_id = o.id
    JOIN products p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
    LEFT JOIN customers c ON c.tenant_id = o.tenant_id AND c.id = o.customer_id
    WHERE o.tenant_id = :tenant_id ORDER BY 1, 2
"""
BACK = """
    SELECT r.external_id, r.quantity, r.amount, r.tax FROM refunds r
    WHERE r.tenant_id = :tenant_id ORDER BY 1, 2
"""


@pytest.fixture
def database(servers: Servers) -> Iterator[str]:
    """A database as its owner, whom row-level security holds too."""
    with plainly_owned(servers) as url:
        yield url


@pytest.fixture
def engine(servers: Servers, database: str) -> Iterator[Engine]:
    """The same as the services' role."""
    with as_service(servers, database) as engine:
        yield engine


def shop(engine: Engine) -> int:
    slug = f"s{secrets.token_hex(4)}"
    return create_tenant(engine, slug=slug, name=slug, currency="EUR", timezone="UTC")


def bring_in(engine: Engine, tenant_id: int) -> None:
    files = {kind: ImportFile(f"{kind}.csv", [content]) for kind, content in FILES.items()}
    import_files(engine, tenant_id, files, layout=FORMATS["own"])


def rows(engine: Engine, tenant_id: int, query: str) -> list[tuple[Any, ...]]:
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        found = session.execute(text(query), {"tenant_id": tenant_id})
        return [tuple(row) for row in found]


def run(connection: Connection, tenant_id: int, *statements: str) -> None:
    connection.execute(text(f"SELECT set_config('app.tenant_id', '{tenant_id}', true)"))
    for statement in statements:
        connection.execute(text(statement), {"tenant_id": tenant_id})


def as_before(engine: Engine, tenant_id: int) -> None:
    """The names as the version before took them, with no day marked."""
    with engine.begin() as connection:
        renamed = [AS_BEFORE.format(table=table, name=name) for table, name in NAMED]
        run(connection, tenant_id, *renamed, "DELETE FROM dirty_days WHERE tenant_id = :tenant_id")


def test_a_file_that_is_imported_again_is_the_same_orders(database: str, engine: Engine) -> None:
    mine, other = shop(engine), shop(engine)
    for each in (mine, other):
        bring_in(engine, each)
    sales, back = rows(engine, mine, LEDGER), rows(engine, mine, BACK)
    assert [row[:4] for row in sales] == [
        ("O1", "1", "00123", "C1"),
        ("O1", "2", 'P"2', "C1"),
        ("O2", "1", "P3", "C2"),
    ]
    for each in (mine, other):
        as_before(engine, each)
    assert rows(engine, mine, LEDGER)[0][:4] == ('="O1"', '="1"', '="00123"', '="C1"')
    undo_migrations(database, BEFORE)
    migrate.upgrade(database)
    for each in (mine, other):
        assert (rows(engine, each, LEDGER), rows(engine, each, BACK)) == (sales, back)
        assert rows(engine, each, "SELECT day FROM dirty_days") == []
        bring_in(engine, each)
        assert (rows(engine, each, LEDGER), rows(engine, each, BACK)) == (sales, back)


ORDER = (
    "INSERT INTO orders (tenant_id, external_id, placed_at, discount, shipping, tax, platform_id)"
    " VALUES (:tenant_id, '{}', '2026-03-01Z', 0, 0, 0, {})"
)
GAP = (
    "INSERT INTO data_gaps (tenant_id, order_id, kind, since, until)"
    " VALUES (:tenant_id, '{}', '{}', '2026-03-01Z', '2026-03-01Z')"
)


def test_a_name_that_is_taken_or_none_is_left(database: str, engine: Engine) -> None:
    mine, other = shop(engine), shop(engine)
    with engine.begin() as connection:
        run(connection, other, ORDER.format("#2", "NULL"))
        run(
            connection,
            mine,
            *(ORDER.format(name, "NULL") for name in ('="#1"', "#1", '="#2"', '=""', '="a"b"')),
            *(ORDER.format(name, "NULL") for name in ('=" #3"', '="#3"', '="="')),
            *(ORDER.format('="#4"', "'71'"), ORDER.format('="#4" (72)', "'72'")),
            ORDER.format('="#4" (73)', "'74'"),
            *(GAP.format(name, "undated-refunds") for name in ('="#1"', '="#2"', '="#4" (72)')),
            *(GAP.format(name, "undated-refunds") for name in ('="#9"', '="#8"', "#8")),
            GAP.format('="#8"', "assumed-refund-dates"),
            "DELETE FROM dirty_days WHERE tenant_id = :tenant_id",
        )
    undo_migrations(database, BEFORE)
    migrate.upgrade(database)
    names = rows(engine, mine, "SELECT external_id FROM orders")
    assert {name for (name,) in names} == {
        *('="#1"', "#1", "#2", '=""', '="a"b"', "#3", "=", "#4", "#4 (72)", '="#4" (73)'),
        *({'=" #3"', '="#3"'} & {name for (name,) in names}),
    }
    assert len(names) == 11
    gaps = rows(engine, mine, "SELECT order_id, kind FROM data_gaps ORDER BY 2, 1")
    assert sorted(gaps) == sorted(
        [
            ("#8", "assumed-refund-dates"),
            *((each, "undated-refunds") for each in ('="#1"', "#2", "#4 (72)", "#9", "#8")),
            ('="#8"', "undated-refunds"),
        ]
    )
    with engine.begin() as connection:
        forced = "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname = ANY(:names)"
        assert connection.scalar(text(forced), {"names": ["orders", "products", "data_gaps"]})
        assert connection.scalar(text("SELECT count(*) FROM orders")) == 0
