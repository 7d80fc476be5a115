"""A link that Redis does not know comes back from the ledger, and with it whose it is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from redis import Redis
from tests.integration.worker.conftest import Shop, window

from common import shops
from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.jobs import RestoreLink
from common.links import LinkRef, LinkState, LinkStates
from worker import link_states

EXPIRES = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)


def issue(shop: Shop, *, revoked: bool = False) -> UUID:
    link_id = uuid4()
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        session.add(
            Share(
                tenant_id=shop.tenant_id,
                id=uuid4(),
                link_id=link_id,
                report="revenue-overview",
                period="7d",
                window_from=window().start,
                window_to=window().end,
                key_id="k",
                issued_at=EXPIRES - timedelta(days=7),
                expires_at=EXPIRES,
                revoked_at=EXPIRES - timedelta(days=1) if revoked else None,
            )
        )
    return link_id


@pytest.mark.parametrize(
    ("revoked", "state"), [(False, LinkState.ACTIVE), (True, LinkState.REVOKED)]
)
def test_a_link_comes_back_with_its_shop(
    shop: Shop, redis_client: Redis, state: LinkState, *, revoked: bool
) -> None:
    link_id, states = issue(shop, revoked=revoked), LinkStates(redis_client)
    link_states.restore(shop.engine, states, RestoreLink(shop.tenant_id, link_id))
    assert states.read([LinkRef(shop.tenant_id, link_id, EXPIRES)]) == [state]
    told = redis_client.get(shops.key(shop.tenant_id))
    assert isinstance(told, bytes)
    assert shops.read(told) == shops.Shop("A shop", "Europe/Berlin")


def test_a_link_that_no_ledger_knows_names_no_shop(shop: Shop, redis_client: Redis) -> None:
    states, link_id = LinkStates(redis_client), uuid4()
    link_states.restore(shop.engine, states, RestoreLink(shop.tenant_id, link_id))
    assert states.read([LinkRef(shop.tenant_id, link_id, EXPIRES)]) == [LinkState.REVOKED]
    assert redis_client.get(shops.key(shop.tenant_id)) is None


def test_another_tenants_link_is_unknown(make_shop, redis_client: Redis) -> None:
    mine, theirs = make_shop(), make_shop()
    link_id, states = issue(theirs), LinkStates(redis_client)
    link_states.restore(mine.engine, states, RestoreLink(mine.tenant_id, link_id))
    assert states.read([LinkRef(mine.tenant_id, link_id, EXPIRES)]) == [LinkState.REVOKED]
