"""A session keeps the tables of its loads, without rows, as long as they are of this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from common.db.tenancy import Access, transaction
from ingest.ledger import temporary_tables
from ingest.ledger.errors import IngestError
from ingest.ledger.temporary_tables import Cursor, columns, derive, find_kept, leave_empty

TABLES = """
    SELECT relname, oid FROM pg_class
    WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' ORDER BY relname
"""
ROWS = "SELECT EXISTS (SELECT FROM {})"
SOLD = "SELECT external_id, quantity FROM order_lines ORDER BY order_id, line_no"


@pytest.fixture
def tables(service_engine: Engine) -> Callable[[], dict[str, int]]:
    service_engine.dispose()  # of several connections that others left each load takes another

    def found() -> dict[str, int]:
        with service_engine.connect() as connection:
            return {name: oid for name, oid in connection.execute(text(TABLES))}  # noqa: C416 - rows

    return found


def test_a_next_load_fills_the_same_tables_again(load, read, line, refund, tables) -> None:
    load(order_lines=[line("O1", each, order_discount=300) for each in "ab"])
    kept = tables()
    assert len(kept) > 20
    load(order_lines=[line("O2", "c", customer_id="C1")])
    assert tables() == kept
    assert read(SOLD) == [("a", 1), ("b", 1), ("c", 1)]
    load(refunds=[refund("R1", "O2", "c")])
    assert tables().items() >= kept.items()


def test_they_have_no_rows_between_loads(load, line, tables, service_engine: Engine) -> None:
    load(order_lines=[line("O1", "a", customer_id="C1", order_discount=100)])
    names = tables()
    with service_engine.connect() as connection:
        filled = [name for name in names if connection.scalar(text(ROWS.format(name)))]
    assert filled == []


@pytest.mark.parametrize("before", [0, 1], ids=["first", "later"])
def test_a_load_that_fails_leaves_nothing_in_them(load, read, line, before: int) -> None:
    for n in range(before):
        load(order_lines=[line(f"O{n}", "a")])
    with pytest.raises(IngestError):
        load(order_lines=[line("X", "a"), line("X", "b", quantity=-1)])
    summary = load(order_lines=[line("Y", "a")])
    assert (summary.orders_new, summary.lines) == (1, 1)
    assert read("SELECT external_id FROM orders WHERE external_id IN ('X', 'Y')") == [("Y",)]


def test_tables_of_another_process_are_not_filled(service_engine, load, read, line) -> None:
    """Behind a pooler a session goes from one to the other, and with it what a release made."""
    service_engine.dispose()
    with service_engine.connect() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE staged_orders (position text, other int)"))
        connection.execute(text("CREATE TEMPORARY TABLE staged_older (position int8)"))
        connection.commit()
    assert load(order_lines=[line("O1", "a")]).orders_new == 1
    assert read(SOLD) == [("a", 1)]


def test_old_tables_are_made_anew(monkeypatch, load, line, tables) -> None:
    load(order_lines=[line("O1", "a")])
    kept = tables()
    load(order_lines=[line("O2", "a")])
    assert tables() == kept
    monkeypatch.setattr(temporary_tables, "_FIND", temporary_tables._FIND.replace("50000000", "-1"))
    assert load(order_lines=[line("O3", "a")]).orders_new == 1
    assert not tables().items() & kept.items()


@contextmanager
def loading(engine: Engine, tenant_id: int) -> Iterator[Cursor]:
    """The cursor of a load that has begun, in its transaction."""
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with Cursor(driver, tenant_id) as cursor:
            find_kept(cursor)
            yield cursor


def test_a_table_of_several_queries_is_filled_by_the_names_of_its_columns(
    service_engine: Engine, tenant_id: int
) -> None:
    table = columns("staged_two_ways", order_id="text", name="text")

    def way(query: str | None) -> list[Any]:
        with loading(service_engine, tenant_id) as cursor:
            if query is None:
                leave_empty(cursor, table)
            else:
                derive(cursor, table, query)
            return cursor.execute("SELECT order_id, name FROM staged_two_ways").fetchall()

    assert way(None) == []
    assert way("SELECT 'n' AS name, 'o' AS order_id, 1 AS more") == [("o", "n")]
    assert way("SELECT 'o' AS order_id, 'n' AS name") == [("o", "n")]
    with pytest.raises(psycopg.errors.UndefinedColumn):
        way("SELECT 'o' AS order_id")
    assert way(None) == []


def test_a_table_is_filled_once_a_load(service_engine: Engine, tenant_id: int) -> None:
    one = "SELECT 1 AS one"
    with loading(service_engine, tenant_id) as cursor:
        derive(cursor, "staged_once", one)
    with loading(service_engine, tenant_id) as cursor:
        derive(cursor, "staged_once", one)
        with pytest.raises(psycopg.errors.DuplicateTable):
            derive(cursor, "staged_once", one)
