"""Whoever acts for a shop that moves is told to come again, and never that it is not theirs."""

from collections.abc import Callable

import pytest
from redis import Redis
from sqlalchemy import text
from tests.support.moved_tenants import OURS, THEIRS, Fleet, fleet_of, furnish
from tests.support.sharded import Sharded

from accounts import memberships
from accounts.memberships import Account, find_account
from analytics.moving.errors import MoveError
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
    account = find_account(sharded.engine, admin_id, acting_for=THEIRS)
    assert account is not None
    with pytest.raises(TenantAwayError, match="the move of"):
        account.tenant(THEIRS)
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


def test_the_shop_of_a_session_is_found_where_it_came_to_between_two_answers(
    sharded: Sharded, admin_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sharded.run("east", "UPDATE tenants SET arriving = false")
    monkeypatch.setattr(memberships, "further_servers", lambda _: {})  # not there when asked
    account = find_account(sharded.engine, admin_id, acting_for=THEIRS)
    assert account is not None
    assert account.tenant(THEIRS) is not None
    unasked = find_account(sharded.engine, admin_id)
    assert unasked is not None
    assert unasked.tenants == ()


def test_a_shop_comes_home_to_accounts_alone(fleet: Fleet) -> None:
    """A row without a password at home would be anybody's."""
    with fleet.engine("home").begin() as connection:
        furnish(connection, OURS, THEIRS)
    fleet.move("east")
    admin_id = fleet.number("east", "SELECT admin_id FROM memberships")
    fleet.run("home", f"DELETE FROM admins WHERE id = {admin_id}")  # noqa: S608 - a number
    before = fleet.rows("east")
    with pytest.raises(MoveError, match="make it first by `analytics create-admin`"):
        fleet.move("home")
    assert (fleet.rows("home"), fleet.rows("east")) == ({}, before)
    assert fleet.number("home", "SELECT count(*) FROM admins WHERE password_hash = '!'") == 0


@pytest.mark.parametrize("to", ["home", "east"])
def test_nobody_gets_the_shop_of_another_of_the_same_id(fleet: Fleet, to: str) -> None:
    with fleet.engine("home").begin() as connection:
        furnish(connection, OURS, THEIRS)
    source = "home"
    if to == "home":
        fleet.move("east")
        source = "east"
    admin_id = fleet.number(source, f"SELECT admin_id FROM memberships WHERE tenant_id = {THEIRS}")  # noqa: S608 - a number
    other = f"({admin_id}, 'other@example.com', 'x')"
    fleet.run(
        to,
        "INSERT INTO admins (id, email, password_hash) OVERRIDING SYSTEM VALUE"  # noqa: S608 - ours
        f" VALUES {other} ON CONFLICT (id) DO UPDATE SET email = excluded.email",
    )
    with pytest.raises(MoveError, match=r"other@example\.com"):
        fleet.move(to)
    assert fleet.rows(to) == {}
