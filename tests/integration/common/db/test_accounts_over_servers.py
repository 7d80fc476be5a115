"""Shops of one person on several servers: accounts are the home's, memberships the tenants'."""

from dataclasses import replace
from functools import partial

import pytest
from redis import Redis
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool
from tests.support.password_hashes import CHEAP
from tests.support.sharded import SHARDS, Sharded

from accounts.api_keys import KeyRequest, create_key
from accounts.audit_log import record_for_person
from accounts.errors import TenantExistsError, UnknownServerError
from accounts.first_shop import FirstShop, make_first_shop
from accounts.invitations import (
    InvitationOverError,
    accept_invitation,
    find_invitation,
    invite,
)
from accounts.key_holders import find_holder
from accounts.memberships import Account, find_account, with_tenant_named
from accounts.permissions import SCOPES
from accounts.provisioning import (
    create_admin,
    create_tenant,
    remove_admin,
    set_password,
    tenant_id_of,
    verify_password,
)
from accounts.reset_links import OfOtherShopsError, admin_named, reset_link
from common.db.accounts import Admin, Role
from common.db.audit import COMMAND_LINE, Action, AuditEntry, Author
from common.db.shards import HOME, TenantAwayError, directory_of
from common.db.tenancy import Access, TenantDb, transaction
from common.http.link_hosts import LinkHosts
from common.instants import now
from share_api.discord.guilds import AlreadyConnectedError, Connection, connect, tenant_of_guild
from sharing.link_address import LinkAddressError, set_base_url

EMAIL, PASSWORD = "ada@example.com", "correct horse battery"
HASH = CHEAP.hash(PASSWORD)


def made(sharded: Sharded, slug: str, server: str) -> int:
    return create_tenant(
        sharded.engine, slug=slug, name=slug, currency="EUR", timezone="UTC", shard=server
    )


@pytest.fixture
def shops(sharded: Sharded) -> dict[str, int]:
    """A shop on each server, of which Ada is the owner."""
    ids = {name: made(sharded, f"in-{name}", name) for name in (HOME, *SHARDS)}
    for name in (*SHARDS, HOME):
        create_admin(sharded.engine, email=EMAIL, password=PASSWORD, tenant=f"in-{name}")
    return ids


def account_of(sharded: Sharded) -> Account:
    account = find_account(sharded.engine, admin_named(sharded.engine, EMAIL))
    assert account is not None
    return account


def test_a_person_of_several_servers_has_all_their_shops(
    sharded: Sharded, shops: dict[str, int]
) -> None:
    account = account_of(sharded)
    assert [each.id for each in account.tenants] == [
        shops["east"],
        shops[HOME],
        shops["west"],
    ]
    assert set(account.roles.values()) == {Role.OWNER}
    assert account.away == ()
    for name in sharded.owner_urls:
        found = "SELECT id FROM admins WHERE email = %s"
        assert sharded.count(name, found, EMAIL) == account.admin_id
    for name in SHARDS:
        copies = "SELECT count(*) FROM admins WHERE password_hash = '!'"
        assert sharded.count(name, copies) == 1


def test_a_server_that_is_away_costs_its_own_shops(sharded: Sharded, shops: dict[str, int]) -> None:
    with sharded.away("east"):
        account = account_of(sharded)
        assert account.away == ("east",)
        assert [each.id for each in account.tenants] == [shops[HOME], shops["west"]]
        assert account.tenant(shops["west"]) is not None
        assert account.tenant(None) is None
        for absent in (shops["east"], 99):
            with pytest.raises(TenantAwayError):
                account.tenant(absent)
        with pytest.raises(TenantAwayError):
            account.tenant_named("in-east")
        with pytest.raises(TenantAwayError):
            create_tenant(sharded.engine, slug="x", name="x", currency="EUR", timezone="UTC")
    with sharded.away(HOME), pytest.raises(OperationalError):
        account_of(sharded)


def test_a_shop_that_was_missed_on_its_way_is_found_by_reading_again(
    sharded: Sharded, shops: dict[str, int]
) -> None:
    whole = account_of(sharded)
    missed = replace(whole, tenants=whole.tenants[1:])
    assert missed.tenant(shops["east"]) is None
    found = with_tenant_named(sharded.engine, missed, "in-east")
    assert found == whole
    assert with_tenant_named(sharded.engine, whole, "in-east") is whole
    assert with_tenant_named(sharded.engine, whole, "nobody") is None


def test_the_password_is_the_homes(sharded: Sharded, shops: dict[str, int]) -> None:
    assert shops
    set_password(sharded.engine, email=EMAIL, password="another horse battery")
    assert verify_password(sharded.engine, email=EMAIL, password="another horse battery")
    generations = "SELECT session_generation FROM admins"
    assert [sharded.count(name, generations) for name in sharded.owner_urls] == [1, 0, 0]


def test_what_a_person_does_is_told_to_every_shop_of_theirs(
    sharded: Sharded, shops: dict[str, int]
) -> None:
    author = Author(EMAIL, account_of(sharded).admin_id)

    def told() -> list[int]:
        found = []
        for tenant_id in shops.values():
            with TenantDb(sharded.engine, tenant_id).transaction() as session:
                entries = session.scalars(select(AuditEntry.action)).all()
                found.append(entries.count(Action.LOGIN_SUCCEEDED.value))
        return found

    with transaction(sharded.engine, Access(admin_id=author.admin_id)) as session:
        record_for_person(session, Action.LOGIN_SUCCEEDED, author, at=now())
    assert told() == [1, 1, 1]
    with transaction(sharded.engine, Access(admin_id=author.admin_id)) as session:
        record_for_person(session, Action.LOGIN_SUCCEEDED, author, at=now())
        session.rollback()
    assert told() == [1, 1, 1]
    with (
        sharded.away("west"),
        transaction(sharded.engine, Access(admin_id=author.admin_id)) as session,
    ):
        record_for_person(session, Action.LOGIN_SUCCEEDED, author, at=now())
    assert told() == [2, 2, 1]


def test_an_invitation_of_a_further_server_makes_an_account_at_home(sharded: Sharded) -> None:
    tenant_id = made(sharded, "in-west", "west")
    db = TenantDb(sharded.engine, tenant_id)
    _, token = invite(db, EMAIL, Role.EDITOR, author=COMMAND_LINE, at=now())
    assert find_invitation(sharded.engine, token, now=now()).admin_id is None
    accept = partial(
        accept_invitation,
        sharded.engine,
        token,
        password_hash=HASH,
        verified=None,
        address=None,
        at=now(),
    )
    admin_id = accept()
    with pytest.raises(InvitationOverError):
        accept()
    with transaction(sharded.engine, Access()) as session:
        home = session.execute(select(Admin.id, Admin.password_hash)).one()
    assert tuple(home) == (admin_id, HASH)
    assert account_of(sharded).roles == {tenant_id: Role.EDITOR}
    _, again = invite(
        TenantDb(sharded.engine, made(sharded, "in-east", "east")),
        EMAIL,
        Role.VIEWER,
        author=COMMAND_LINE,
        at=now(),
    )
    assert find_invitation(sharded.engine, again, now=now()).admin_id == admin_id


def test_names_are_unique_over_all_servers(sharded: Sharded, shops: dict[str, int]) -> None:
    for server in (None, *sharded.owner_urls):
        with pytest.raises(TenantExistsError):
            create_tenant(
                sharded.engine,
                slug="in-east",
                name="x",
                currency="EUR",
                timezone="UTC",
                shard=server,
            )
    with pytest.raises(UnknownServerError, match="home, east, west"):
        made(sharded, "new", "north")
    assert {name: tenant_id_of(sharded.engine, f"in-{name}") for name in shops} == shops
    assert len(set(shops.values())) == 3


def test_an_owner_makes_no_reset_link_while_a_shop_of_the_member_may_be_elsewhere(
    sharded: Sharded, shops: dict[str, int]
) -> None:
    admin_id = account_of(sharded).admin_id
    reset = partial(reset_link, sharded.engine, admin_id, author=COMMAND_LINE, at=now())
    with pytest.raises(OfOtherShopsError):
        reset(tenant_id=shops[HOME])
    create_admin(sharded.engine, email="bo@example.com", password=PASSWORD, tenant="in-east")
    for name in (HOME, "east"):
        remove_admin_of(sharded, name)
    with sharded.away("east"), pytest.raises(TenantAwayError):
        reset(tenant_id=shops["west"])
    reset(tenant_id=shops["west"])


def remove_admin_of(sharded: Sharded, name: str) -> None:
    """Take Ada out of a shop, which keeps another owner."""
    if name == HOME:
        create_admin(sharded.engine, email="cy@example.com", password=PASSWORD, tenant="in-home")
    remove_admin(sharded.engine, email=EMAIL, tenant=f"in-{name}")


def test_a_key_and_a_guild_lead_to_their_server(sharded: Sharded, shops: dict[str, int]) -> None:
    db = TenantDb(sharded.engine, shops["west"])
    wanted = KeyRequest("till", frozenset(SCOPES), 1)
    _, key = create_key(db, wanted, author=COMMAND_LINE, at=now())
    holder = find_holder(sharded.engine, key, at=now())
    assert holder is not None
    assert holder.tenant.id == shops["west"]
    connect(db, Connection(4711, now(), 1), allowed_by=EMAIL)
    assert tenant_of_guild(sharded.engine, 4711) == shops["west"]
    for tenant_id in shops.values():
        other = TenantDb(sharded.engine, tenant_id)
        with pytest.raises(AlreadyConnectedError):
            connect(other, Connection(4711, now(), 1), allowed_by=EMAIL)
    with sharded.away("west"):
        with pytest.raises(TenantAwayError):
            find_holder(sharded.engine, key, at=now())
        with pytest.raises(TenantAwayError):
            tenant_of_guild(sharded.engine, 4711)
    assert tenant_of_guild(sharded.engine, 4712) is None


def test_the_first_shop_is_at_home(sharded: Sharded) -> None:
    wanted = FirstShop("Blumen", "EUR", "UTC", EMAIL)
    make_first_shop(sharded.engine, wanted, HASH, address=None, at=now())
    assert sharded.count(HOME, "SELECT count(*) FROM tenants") == 1
    assert account_of(sharded).tenants[0].slug == "blumen"


def test_other_servers_are_told_with_the_connection_of_the_home_given_back(
    sharded: Sharded, shops: dict[str, int]
) -> None:
    author = Author(EMAIL, account_of(sharded).admin_id)
    directory = directory_of(sharded.engine)
    assert directory is not None
    pool = sharded.engine.pool
    assert isinstance(pool, QueuePool)
    held: list[int] = []
    for name in SHARDS:
        event.listen(directory.servers[name], "begin", lambda _: held.append(pool.checkedout()))
    with transaction(sharded.engine, Access(admin_id=author.admin_id)) as session:
        record_for_person(session, Action.LOGIN_SUCCEEDED, author, at=now())
        assert held == []
    assert held == [0] * len(SHARDS)
    assert shops


def test_a_link_address_is_one_shops_over_all_servers(
    sharded: Sharded, shops: dict[str, int], redis_client: Redis
) -> None:
    url = "https://shop.example.com"
    hosts = LinkHosts((url,))

    def give(name: str) -> None:
        db = TenantDb(sharded.engine, shops[name])
        set_base_url(db, redis_client, url, hosts, author=COMMAND_LINE, at=now())

    for _ in range(2):
        give("east")
    with pytest.raises(LinkAddressError):
        give("west")


def test_no_row_of_another_tenant_is_seen_on_any_server(
    sharded: Sharded, shops: dict[str, int]
) -> None:
    create_admin(sharded.engine, email="bo@example.com", password=PASSWORD, tenant="in-east")
    other = made(sharded, "other", "east")
    with TenantDb(sharded.engine, other).transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM memberships")) == 0
        assert session.scalar(text("SELECT count(*) FROM audit_entries")) == 0
    assert shops["east"] != other
