"""On the server of one shop there is nothing of another, on whose behalf soever it is asked."""

import pytest
from redis import Redis
from sqlalchemy import select
from tests.support.moved_tenants import OURS, TABLES, THEIRS, fleet_of, furnish
from tests.support.sharded import Sharded

from common.db.accounts import Tenant
from common.db.shards import HOME, servers_of
from common.db.tenancy import Access, TenantDb, snapshot, transaction


@pytest.mark.parametrize("begin", [transaction, snapshot])
def test_a_transaction_on_the_server_of_another_shop_sees_nothing(
    sharded: Sharded, redis_client: Redis, begin: type
) -> None:
    with fleet_of(sharded.owner_urls, redis_client) as fleet:
        with fleet.engine(HOME).begin() as connection:
            furnish(connection, OURS, THEIRS)
        fleet.move("east")
    servers = servers_of(sharded.engine)
    for wanted, elsewhere in ((OURS, "east"), (THEIRS, HOME)):
        with begin(servers[elsewhere], Access(tenant_id=wanted)) as session:
            assert session.scalars(select(Tenant.id)).all() == []
            for table in TABLES:
                assert session.execute(select(table)).all() == [], table.name
        with TenantDb(sharded.engine, wanted).snapshot() as session:
            assert session.scalars(select(Tenant.id)).all() == [wanted]
            for table in TABLES:
                assert {row.tenant_id for row in session.execute(select(table))} == {wanted}
