"""Loads beside those who write without the ledger's lock: an operator, code of before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from tests.integration.ingest.test_marked_days import START, lines, take, wrong_and_marked

from common.db.ledger_writer import by_statements
from common.db.tenancy import TenantDb
from ingest.ledger import instead_of_triggers, load
from worker.reports.rollup_refresh import refresh

LATER = START + timedelta(days=3)


@pytest.fixture
def db(service_engine: Engine, tenant_id: int) -> TenantDb:
    return TenantDb(service_engine, tenant_id)


def plainly(db: TenantDb, statement: str) -> None:
    """Execute a statement that says nothing of marks, and does not wait for long."""
    with db.transaction() as session:
        session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        session.execute(text(statement))


def test_no_line_comes_to_an_order_that_is_deleted_meanwhile(db: TenantDb) -> None:
    take(db, ("load", [("a", START, [1])], []))
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="orders"):
        load.load_sales(
            db.engine,
            db.tenant_id,
            order_lines=lines([("a", START, [2])]),
            review=lambda _: plainly(db, "DELETE FROM orders"),
        )
    with db.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM order_lines")) == 0


@contextmanager
def while_written(act: Callable[[], None]) -> Iterator[None]:
    """Let something happen once days are marked, before anything is written."""

    @contextmanager
    def acting(execute: Callable[[str], object]) -> Iterator[None]:
        act()
        with by_statements(execute):
            yield

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(instead_of_triggers, "by_statements", acting)
        yield


@pytest.mark.parametrize("paid_before", [False, True])
def test_what_goes_or_is_refunded_is_locked_from_its_mark_on(
    db: TenantDb, paid_before: bool
) -> None:
    """Without an instant as well, and where only a refund comes to it."""
    take(db, ("load", [("a", START if paid_before else None, [1])], []))

    def write() -> None:
        with pytest.raises(OperationalError, match="lock timeout"):
            plainly(db, "UPDATE orders SET shipping = shipping + 1 WHERE external_id = 'a'")
        written.append(True)

    written: list[bool] = []
    with while_written(write):
        if paid_before:
            take(db, ("load", [], [("a", "x", LATER, 100)]))
        else:
            take(db, ("load", [("a", LATER, [1])], []))
    assert written == [True]


def test_refunds_that_are_not_there_mark_nothing(db: TenantDb) -> None:
    take(db, ("load", [("a", START, [1])], [("a", "x", LATER, 100)]))
    refresh(db.engine, db.tenant_id)
    take(db, ("lift", "a", "y"))
    assert wrong_and_marked(db) == (set(), set())
    take(db, ("lift", "a", "x"))
    wrong, marked = wrong_and_marked(db)
    assert wrong == marked
    assert len(marked) == 1
