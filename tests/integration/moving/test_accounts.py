"""Whoever acts for a shop that moves is told to come again, and never that it is not theirs."""

from collections.abc import Callable

import pytest
from redis import Redis
from sqlalchemy import text
from tests.support.moved_tenants import OURS, THEIRS, fleet_of, furnish
from tests.support.sharded import Sharded

from accounts.memberships import Account, find_account
from common.db.shards import HOME, TenantAwayError


@pytest.fixture
def admin_id(sharded: Sharded, redis_client: Redis) -> int:
    """The admin of a shop that is on its way to another server."""
    with fleet_of(sharded.owner_urls, redis_client) as fleet:
        with fleet.engine(HOME).begin() as connection:
            furnish(connection, OURS, THEIRS)
        fleet.move("east")
        with fleet.engine("east").begin() as connection:
            connection.execute(text("UPDATE tenants SET arriving = true"))
            found: int = connection.execute(text("SELECT admin_id FROM memberships")).scalar_one()
    return found


def test_the_shop_of_a_session_is_waited_for(sharded: Sharded, admin_id: int) -> None:
    with pytest.raises(TenantAwayError, match="moving"):
        find_account(sharded.engine, admin_id, acting_for=THEIRS)
    sharded.run("east", "UPDATE tenants SET arriving = false")
    account = find_account(sharded.engine, admin_id, acting_for=THEIRS)
    assert account is not None
    assert [each.id for each in account.tenants] == [THEIRS]
    stranger = find_account(sharded.engine, admin_id, acting_for=OURS)
    assert stranger is not None
    assert stranger.tenant(OURS) is None


@pytest.mark.parametrize(
    "ask", [lambda account: account.tenant(THEIRS), lambda account: account.tenant_named("x")]
)
def test_a_list_without_it_is_not_whole(
    sharded: Sharded, admin_id: int, ask: Callable[[Account], object]
) -> None:
    account = find_account(sharded.engine, admin_id)
    assert account is not None
    assert account.tenants == ()
    with pytest.raises(TenantAwayError, match=f"the move of shop-{THEIRS}"):
        ask(account)
