"""What is kept of refunds, kinds by day and when goods were sold; of before, it is found."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from tests.support.plain_owner import as_service, plainly_owned, undo_migrations
from tests.support.rolled_up import WINDOW, ZONE, check, give_back, job, marks, sale
from tests.support.servers import Servers

from accounts.provisioning import create_tenant
from common.db import migrate
from common.db.engine import create_database_engine
from common.db.tenancy import Access, transaction
from ingest.ledger.load import load_sales
from ingest.rows import RefundKind
from worker.reports.snapshot import read

BEFORE = "0045"
PAID = datetime(2026, 3, 4, 9, tzinfo=UTC)
LATE = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
"""Half past midnight of the next day in the shop."""
BACK: tuple[tuple[RefundKind, datetime, int], ...] = (
    ("return", LATE, 100),
    ("cancel", LATE, 20),
    ("edit", LATE, 3),
    ("cancel", datetime(2026, 3, 12, 9, tzinfo=UTC), 7),
)
# The statement of code of before the kinds.
SUM_AS_BEFORE = """
    INSERT INTO daily_sales (tenant_id, day, orders, units_sold, units_returned, gross, discounts,
                             returns, shipping, tax)
    SELECT tenant_id, (occurred_at AT TIME ZONE 'Europe/Berlin')::date, sum(orders),
           sum(units_sold), sum(units_returned), sum(gross), sum(discounts), sum(returns),
           sum(shipping), sum(tax)
    FROM ledger WHERE tenant_id = :tenant_id GROUP BY 1, 2
"""
FORGET_MARKS = "DELETE FROM dirty_days WHERE tenant_id = :tenant_id"
FORGET_KINDS = "UPDATE daily_sales SET cancelled = NULL, edited = NULL WHERE returns = 123"
KINDS = "SELECT day::text, returns, cancelled, edited FROM daily_sales ORDER BY day"


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
    """A shop whose sales came back in every kind."""
    slug = f"s{secrets.token_hex(4)}"
    tenant_id = create_tenant(engine, slug=slug, name=slug, currency="EUR", timezone=ZONE.key)
    orders = [sale(f"o{number}", PAID) for number, _ in enumerate(BACK)]
    refunds = [
        give_back(f"o{number}", at, amount)._replace(kind=kind)
        for number, (kind, at, amount) in enumerate(BACK)
    ]
    load_sales(engine, tenant_id, order_lines=orders, refunds=refunds)
    return tenant_id


def change(engine: Engine, tenant_id: int, *statements: str) -> None:
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        for statement in statements:
            session.execute(text(statement), {"tenant_id": tenant_id})


def sold_at(engine: Engine, tenant_id: int) -> list[datetime | None]:
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return list(session.scalars(text("SELECT sold_at FROM refunds")))


def come_back(engine: Engine, tenant_id: int) -> Mapping[str, int]:
    with read(engine, job(tenant_id)) as (_, sales):
        return sales.come_back()


def kinds(engine: Engine, tenant_id: int) -> list[tuple[object, ...]]:
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return [tuple(row) for row in session.execute(text(KINDS))]


def test_days_that_were_summed_before_are_filled_in(database: str, engine: Engine) -> None:
    mine, other = shop(engine), shop(engine)
    for each in (mine, other):
        change(engine, each, SUM_AS_BEFORE, FORGET_MARKS)
    undo_migrations(database, BEFORE)
    migrate.upgrade(database)
    for each in (mine, other):
        assert kinds(engine, each) == [
            ("2026-03-04", 0, 0, 0),
            ("2026-03-10", 123, 20, 3),
            ("2026-03-12", 7, 7, 0),
        ]


def test_what_was_interrupted_begins_again(database: str, engine: Engine) -> None:
    mine = shop(engine)
    change(engine, mine, SUM_AS_BEFORE)
    undo_migrations(database, BEFORE)
    owner = create_database_engine(database, application_name="test", pool_size=1)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE daily_sales ADD COLUMN cancelled bigint"))
    owner.dispose()
    migrate.upgrade(database)
    assert [row[2:] for row in kinds(engine, mine)] == [(0, 0), (20, 3), (7, 0)]


def test_refunds_of_before_know_when_their_goods_were_sold(database: str, engine: Engine) -> None:
    mine, other = shop(engine), shop(engine)
    change(engine, mine, FORGET_MARKS)
    undo_migrations(database, "0046")
    migrate.upgrade(database)
    for each in (mine, other):
        assert sold_at(engine, each) == [PAID] * len(BACK)
    assert marks(engine, mine) == set()


def test_what_loads_of_before_brought_back_is_found_by_its_order(engine: Engine) -> None:
    mine = shop(engine)
    was = come_back(engine, mine)
    assert was == {"p": len(BACK)}
    change(engine, mine, "SET LOCAL app.loader = 'on'", "UPDATE refunds SET sold_at = NULL")
    assert sold_at(engine, mine) == [None] * len(BACK)
    assert come_back(engine, mine) == was


@pytest.mark.parametrize("known", [True, False])
def test_what_was_sold_outside_the_window_comes_back_in_none_of_it(
    engine: Engine, *, known: bool
) -> None:
    """Before it, and after it; both are paid back since."""
    mine = shop(engine)
    was = come_back(engine, mine)
    times = (WINDOW.start - timedelta(seconds=1), WINDOW.end)
    orders = [sale(f"late{number}", at) for number, at in enumerate(times)]
    refunds = [give_back(f"late{number}", WINDOW.end, 1) for number, _ in enumerate(times)]
    load_sales(engine, mine, order_lines=orders, refunds=refunds)
    if not known:
        change(engine, mine, "SET LOCAL app.loader = 'on'", "UPDATE refunds SET sold_at = NULL")
    assert come_back(engine, mine) == was


def test_a_day_that_code_of_before_sums_is_read_from_refunds(engine: Engine) -> None:
    mine = shop(engine)
    check(engine, mine)
    change(engine, mine, FORGET_KINDS)
    check(engine, mine)
