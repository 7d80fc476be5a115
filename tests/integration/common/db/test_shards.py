"""Transactions on behalf of tenants begin on the server that holds them."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import psycopg
import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from tests.support.sharded import Sharded, database_of
from tests.support.wait import until

from common.db.accounts import Tenant
from common.db.engine import psycopg_url
from common.db.shards import (
    FENCE_CLASS,
    HOME,
    TenantAwayError,
    create_sharded_engine,
    directory_of,
    servers_of,
)
from common.db.tenancy import Access, TenantDb, transaction

WAITING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND NOT granted"
)


def name_of(sharded: Sharded, database: str) -> str:
    urls = sharded.owner_urls.items()
    return next(name for name, url in urls if psycopg_url(url).database == database)


def served_by(sharded: Sharded, tenant_id: int) -> str:
    """The server that shows the tenant's row."""
    with TenantDb(sharded.engine, tenant_id).transaction() as session:
        assert session.scalars(select(Tenant.id)).all() == [tenant_id]
        return name_of(sharded, database_of(session))


def test_a_tenant_is_served_by_its_server(sharded: Sharded) -> None:
    for number, name in enumerate(sharded.owner_urls, start=1):
        sharded.add_tenant(name, number)
    for number, name in enumerate(sharded.owner_urls, start=1):
        assert served_by(sharded, number) == name
        with TenantDb(sharded.engine, number).snapshot() as session:
            assert name_of(sharded, database_of(session)) == name
            with pytest.raises(Exception, match="read-only"):
                session.execute(text("DELETE FROM products"))


def test_what_is_no_tenants_is_at_home(sharded: Sharded) -> None:
    for access in (Access(), Access(admin_id=1), Access(guild_id=1), Access(key_digest=b"1")):
        with transaction(sharded.engine, access) as session:
            assert name_of(sharded, database_of(session)) == HOME


def test_a_tenant_that_no_server_holds_has_no_rows(sharded: Sharded) -> None:
    with TenantDb(sharded.engine, 99).transaction() as session:
        assert session.scalars(select(Tenant)).all() == []
    sharded.add_tenant("west", 99)
    directory = directory_of(sharded.engine)
    assert directory is not None
    until(lambda: directory.find(99) == "west")  # nobody is remembered for a moment
    assert served_by(sharded, 99) == "west"


def test_a_tenant_that_has_moved_is_followed(sharded: Sharded) -> None:
    sharded.add_tenant("east", 1)
    assert served_by(sharded, 1) == "east"
    sharded.move(1, "east", "west")
    assert served_by(sharded, 1) == "west"
    sharded.move(1, "west", HOME)
    with TenantDb(sharded.engine, 1).snapshot() as session:
        assert name_of(sharded, database_of(session)) == HOME


def test_a_tenant_that_is_on_its_way_is_away_and_not_unknown(sharded: Sharded) -> None:
    sharded.add_tenant("east", 1, arriving=True)
    with pytest.raises(TenantAwayError, match="moving"):
        served_by(sharded, 1)
    sharded.add_tenant(HOME, 1)
    assert served_by(sharded, 1) == HOME


def test_a_server_that_is_away_costs_its_own_tenants(sharded: Sharded) -> None:
    for number, name in enumerate(sharded.owner_urls, start=1):
        sharded.add_tenant(name, number)
    for away in sharded.owner_urls:
        directory = directory_of(sharded.engine)
        assert directory is not None
        directory.close()
        sharded.engine.dispose()
        for number in (1, 2, 3, 99):
            directory.forget(number)
        with sharded.away(away):
            for number, name in enumerate(sharded.owner_urls, start=1):
                if name == away:
                    with pytest.raises(OperationalError):
                        served_by(sharded, number)
                else:
                    assert served_by(sharded, number) == name
            with pytest.raises(TenantAwayError, match=away):
                served_by(sharded, 99)


def test_a_transaction_waits_for_a_move_and_follows_the_tenant(sharded: Sharded) -> None:
    sharded.add_tenant("east", 1)
    assert served_by(sharded, 1) == "east"
    ways = cycle([("east", "west"), ("west", "east")])
    until(lambda: followed(sharded, *next(ways)))


def followed(sharded: Sharded, here: str, there: str) -> bool:
    """Move the tenant before a transaction that waits; False where it waited no longer."""
    with sharded.owner(here) as mover, ThreadPoolExecutor(1) as pool:
        mover.execute("SELECT pg_advisory_lock(%s, 1)", (FENCE_CLASS,))
        serving = pool.submit(served_by, sharded, 1)
        until(lambda: serving.done() or sharded.count(here, WAITING, FENCE_CLASS) == 1)
        sharded.move(1, here, there)
        mover.execute("SELECT pg_advisory_unlock(%s, 1)", (FENCE_CLASS,))
        error = serving.exception()
        if error is None:
            assert serving.result() == there
        else:
            assert isinstance(error, OperationalError)
            assert isinstance(error.orig, psycopg.errors.LockNotAvailable)
        return error is None


def test_a_move_waits_for_a_transaction_and_for_no_snapshot(sharded: Sharded) -> None:
    sharded.add_tenant("east", 1)
    taken = "SELECT pg_try_advisory_xact_lock(%s, 1)::int"
    with TenantDb(sharded.engine, 1).transaction():
        assert sharded.count("east", taken, FENCE_CLASS) == 0
        assert sharded.count("west", taken, FENCE_CLASS) == 1
    with TenantDb(sharded.engine, 1).snapshot() as session:
        assert sharded.count("east", taken, FENCE_CLASS) == 1
        sharded.move(1, "east", "west")
        assert session.scalar(select(Tenant.id)) == 1  # as of one moment
    assert served_by(sharded, 1) == "west"


def test_a_fence_that_stays_closed_is_a_database_that_is_away(sharded: Sharded) -> None:
    sharded.add_tenant("east", 1)
    with sharded.owner("east") as mover:
        mover.execute("SELECT pg_advisory_lock(%s, 1)", (FENCE_CLASS,))
        with pytest.raises(OperationalError) as raised:
            served_by(sharded, 1)
        assert isinstance(raised.value.orig, psycopg.errors.LockNotAvailable)
        with TenantDb(sharded.engine, 1).snapshot() as session:
            assert session.scalar(select(Tenant.id)) == 1, "who reads waits at no fence"
    until(lambda: is_served(sharded, 1))


def is_served(sharded: Sharded, tenant_id: int) -> bool:
    """For a moment it is refused at once, and then not."""
    try:
        return served_by(sharded, tenant_id) == "east"
    except TenantAwayError:
        return False


def test_only_the_fence_waits_so_briefly(sharded: Sharded) -> None:
    sharded.add_tenant("east", 1)
    with TenantDb(sharded.engine, 1).transaction() as session:
        assert session.scalar(text("SHOW lock_timeout")) == "0"


def test_the_service_cannot_say_that_a_tenant_is_arriving(sharded: Sharded) -> None:
    sharded.add_tenant("east", 1)
    db = TenantDb(sharded.engine, 1)
    for statement in (
        "UPDATE tenants SET arriving = true",
        "UPDATE tenants SET id = 2",
        "INSERT INTO tenants (id, slug, name, currency, arriving) VALUES (2, '', '', '', true)",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), db.transaction() as each:
            each.execute(text(statement))
    with db.transaction() as session:
        session.execute(text("UPDATE tenants SET name = 'New'"))


def test_rows_of_another_tenant_are_not_seen_on_any_server(sharded: Sharded) -> None:
    for number in (1, 2):
        sharded.add_tenant("east", number)
    sharded.add_tenant("west", 3)
    for name, server in servers_of(sharded.engine).items():
        with TenantDb(server, 1).transaction() as session:
            assert session.scalars(select(Tenant.id)).all() == ([1] if name == "east" else [])


def test_with_one_server_nothing_more_is_asked(service_url: str) -> None:
    engine = create_sharded_engine(service_url, {}, application_name="tests")
    assert directory_of(engine) is None
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    with TenantDb(engine, 1).transaction() as session:
        session.scalar(select(Tenant.id))
    engine.dispose()
    assert len(statements) == 2
    assert not any("holds_tenant" in each or "enter_tenant" in each for each in statements)
