"""The database that tests share one after the other is as a fresh one, whatever was done to it."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError
from tests.support.databases import Databases
from tests.support.servers import Servers

from accounts.provisioning import create_tenant
from common.db.engine import create_service_engine, psycopg_url

TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences ORDER BY sequencename"


@pytest.fixture
def given(servers: Servers, databases: Databases) -> Iterator[Databases]:
    made = Databases(servers, databases.template)
    yield made
    made.close()


def content(url: str) -> tuple[dict[str, int], dict[str, int | None]]:
    """How many rows are in each table, and where each sequence is."""
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        counts = {}
        for (name,) in connection.execute(TABLES).fetchall():
            rows = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            ((counts[name],),) = connection.execute(rows).fetchall()
        return counts, dict(connection.execute(SEQUENCES).fetchall())


def sell(given: Databases, owner_url: str) -> int:
    engine = create_service_engine(given.as_service(owner_url), application_name="tests")
    tenant_id = create_tenant(engine, slug="acme", name="A", currency="EUR", timezone="UTC")
    engine.dispose()
    return tenant_id


def test_rows_sequences_and_sessions_of_the_last_test_are_gone(given: Databases) -> None:
    with given.fresh() as fresh:
        untouched = content(fresh)
    url = given.emptied()
    first = sell(given, url)
    assert content(url) != untouched
    left_open = create_engine(psycopg_url(url)).connect()
    left_open.execute(text("SELECT 1 FROM tenants FOR UPDATE"))
    assert given.emptied() == url
    with pytest.raises(OperationalError):
        left_open.execute(text("SELECT 1"))
    left_open.invalidate()
    left_open.close()
    assert content(url) == untouched
    assert sell(given, url) == first


def test_a_database_that_has_grown_is_replaced(given: Databases) -> None:
    url = given.emptied()
    engine = create_engine(psycopg_url(url))
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO admins (email, password_hash)"
                " SELECT i || '@example.com', repeat('x', 100) FROM generate_series(1, 50000) i"
            )
        )
    engine.dispose()
    assert given.emptied() != url


def test_sessions_of_the_lasting_engine_stay_as_long_as_they_are_idle(given: Databases) -> None:
    pid = text("SELECT pg_backend_pid()")

    def of_next_test(left: str | None = None) -> int:
        url = given.as_service(given.emptied())
        with given.lasting.of(url) as engine, engine.connect() as connection:
            found: int = connection.scalar(pid)
            if left:
                connection.execute(text(left))
                connection.commit()
        return found

    first = of_next_test()
    assert of_next_test() == first
    assert of_next_test("SELECT pg_advisory_lock(4711)") == first
    second = of_next_test()
    assert second != first, "a lock that was left behind is ended with its session"
    assert of_next_test() == second


def test_a_connection_that_a_test_keeps_ends_with_it(given: Databases) -> None:
    url = given.as_service(given.emptied())
    with given.lasting.of(url) as engine:
        left_open = engine.connect()
        left_open.execute(text("SELECT 1"))
        left_open.rollback()
    given.emptied()
    with pytest.raises(OperationalError):
        left_open.execute(text("SELECT 1"))
    left_open.invalidate()
    left_open.close()


def test_what_listens_to_the_lasting_engine_ends_with_its_test(given: Databases) -> None:
    heard: list[object] = []
    url = given.as_service(given.emptied())
    with given.lasting.of(url) as engine:
        event.listen(engine, "before_cursor_execute", lambda *each: heard.append(each[2]))
        engine.update_execution_options(asked=True)
    with given.lasting.of(url) as engine, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert "asked" not in engine.get_execution_options()
    assert heard == []
