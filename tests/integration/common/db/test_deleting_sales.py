"""What orders refer to stays while their tenant does, and goes with it."""

import pytest
from redis import Redis
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from tests.support.shops import Shops, open_shops

from analytics.admin.tenant_tables import delete_tenant, on_behalf_of
from common.db.tenancy import Access, transaction


@pytest.fixture
def shops(owner_engine: Engine, service_engine: Engine, redis_client: Redis) -> Shops:
    """Two shops that sold something."""
    return open_shops(owner_engine, service_engine, redis_client)


@pytest.mark.parametrize("table", ["products", "customers"])
def test_what_orders_need_cannot_be_deleted(shops: Shops, table: str) -> None:
    with transaction(shops.service, Access(tenant_id=shops.ours)) as session:
        buyer = "INSERT INTO customers (tenant_id, external_id) VALUES (:id, 'c') RETURNING id"
        customer_id = session.scalar(text(buyer), {"id": shops.ours})
        session.execute(text("UPDATE orders SET customer_id = :id"), {"id": customer_id})
    begun = transaction(shops.service, Access(tenant_id=shops.ours))
    with pytest.raises(IntegrityError, match=f"refer to {table}"), begun as session:
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - one of two


def test_all_goes_with_the_tenant(shops: Shops) -> None:
    theirs = shops.fingerprint()
    with shops.owner.begin() as connection:
        on_behalf_of(connection, shops.ours)
        delete_tenant(connection, shops.ours)
    assert shops.fingerprint() == theirs
    with shops.owner.connect() as connection:
        assert connection.scalar(text("SELECT count(DISTINCT tenant_id) FROM order_lines")) == 1
