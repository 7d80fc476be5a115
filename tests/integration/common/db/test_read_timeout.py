"""A PostgreSQL that hangs: who asks is told in time, and goes on when it wakes."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from common.db.engine import create_database_engine
from common.db.read_timeout import HungServerError, TimeoutConnection
from devstack.embedded.postgres import EmbeddedPostgres
from devstack.processes.sockets import reserved_port


@pytest.fixture
def server(place: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(
        place / "pg", port=reserved_port(), password="of-tests", fast=True
    ) as own:
        yield own


@pytest.fixture
def engine(server: EmbeddedPostgres) -> Iterator[Engine]:
    made = create_database_engine(
        server.url, application_name="test", pool_size=1, statement_timeout_seconds=1
    )
    yield made
    made.dispose()


@contextmanager
def hung(server: EmbeddedPostgres) -> Iterator[None]:
    assert server.process is not None
    main = psutil.Process(server.process.pid)
    family = [main, *main.children(recursive=True)]
    for each in family:
        each.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for each in family:
            each.send_signal(signal.SIGCONT)


def ask(engine: Engine) -> int:
    with engine.connect() as connection:
        answer: int = connection.execute(text("SELECT 42")).scalar_one()
        return answer


def test_a_server_that_hangs_is_gone_and_comes_back(
    server: EmbeddedPostgres, engine: Engine
) -> None:
    assert ask(engine) == 42
    with hung(server), pytest.raises(OperationalError):
        ask(engine)
    assert ask(engine) == 42


def test_in_the_middle_of_a_transaction(server: EmbeddedPostgres, engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT 42"))
        with hung(server), pytest.raises(OperationalError) as refused:
            connection.execute(text("SELECT 42"))
    assert isinstance(refused.value.orig, HungServerError)
    assert refused.value.connection_invalidated
    assert ask(engine) == 42


def test_a_load_may_take_longer_and_the_next_user_may_not(engine: Engine) -> None:
    def limit(seconds: float | None = None) -> float | None:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, TimeoutConnection)
            before = driver.statement_timeout_seconds
            driver.statement_timeout_seconds = seconds or before
            return before

    assert limit(1800) == 1
    assert limit() == 1


def test_a_slow_statement_is_ended_by_the_server_first(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(OperationalError) as refused:
        connection.execute(text("SELECT pg_sleep(60)"))
    assert "statement timeout" in str(refused.value)
