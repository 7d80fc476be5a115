"""Connections of an engine, to their end."""

import psycopg
import pytest
from sqlalchemy import Engine

from common.db.engine import create_database_engine


def plain(connection: object) -> psycopg.Connection[object]:
    assert isinstance(connection, psycopg.Connection)
    return connection


@pytest.fixture
def engine(service_url: str) -> Engine:
    return create_database_engine(service_url, application_name="engine")


def test_a_connection_that_comes_back_is_kept(engine: Engine) -> None:
    with engine.connect() as connection:
        driver = plain(connection.connection.driver_connection)
    assert not driver.closed
    engine.dispose()
    assert driver.closed


def test_one_that_comes_back_after_the_engine_was_disposed_of_is_closed(engine: Engine) -> None:
    """A thread that ends late gives it back to a pool that nobody has any more."""
    with engine.connect() as connection:
        driver = plain(connection.connection.driver_connection)
        engine.dispose()
        assert not driver.closed
    assert driver.closed
    engine.dispose()


def test_an_engine_that_was_disposed_of_keeps_new_ones(engine: Engine) -> None:
    engine.dispose()
    with engine.connect() as connection:
        driver = plain(connection.connection.driver_connection)
    assert not driver.closed
    engine.dispose()
