"""Tenants are held apart by the database itself."""

import pytest
from sqlalchemy import Engine, text

from common.db.engine import UnsafeDatabaseRoleError, create_service_engine
from common.db.tenancy import Access, transaction


def test_an_owner_is_refused(owner_url: str) -> None:
    engine = create_service_engine(owner_url, application_name="tests")
    with pytest.raises(UnsafeDatabaseRoleError):
        engine.connect()
    engine.dispose()


def test_without_a_tenant_every_table_is_empty(service_engine: Engine) -> None:
    with transaction(service_engine, Access()) as session:
        assert session.execute(text("SELECT count(*) FROM tenants")).scalar() == 0
