"""Tenants are held apart by the database itself."""

from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from common.db.engine import UnsafeDatabaseRoleError, create_service_engine, settle
from common.db.tenancy import Access, settings_of, transaction


def test_an_owner_is_refused(owner_url: str) -> None:
    engine = create_service_engine(owner_url, application_name="tests")
    with pytest.raises(UnsafeDatabaseRoleError):
        engine.connect()
    engine.dispose()


def test_without_a_tenant_every_table_is_empty(service_engine: Engine) -> None:
    with transaction(service_engine, Access()) as session:
        assert session.execute(text("SELECT count(*) FROM tenants")).scalar() == 0


def test_who_a_transaction_is_for_is_set_locally_and_only_by_numbers() -> None:
    """``SET LOCAL`` reaches the servers of a distributed table; what it takes are literals."""
    said = settings_of(Access(tenant_id=7, key_digest=b"\x01';"))
    assert said.split("; ") == [
        "SET LOCAL app.tenant_id = '7'",
        "SET LOCAL app.admin_id = ''",
        "SET LOCAL app.guild_id = ''",
        "SET LOCAL app.key_digest = '01273b'",
    ]
    wrong: Any = "7'; SET app.admin_id = '1"
    with pytest.raises(ValueError, match="format"):
        settings_of(Access(tenant_id=wrong))


def test_settings_hold_until_the_transaction_ends(service_engine: Engine) -> None:
    """More often than the driver prepares a statement: several in one cannot be prepared."""
    told = text("SELECT current_setting('app.tenant_id', true), current_setting('timezone')")
    for _ in range(12):
        with transaction(service_engine, Access(tenant_id=7)) as session:
            assert session.execute(told).one() == ("7", "UTC")
        with service_engine.connect() as connection:
            assert connection.execute(told).one() in {("", "UTC"), (None, "UTC")}


def test_what_cannot_be_set_is_an_error_of_the_database(service_engine: Engine) -> None:
    with service_engine.connect() as connection, pytest.raises(DBAPIError):
        settle(connection, "SET LOCAL timezone = 'UTC'; SET LOCAL statement_timeout = 'often'")
