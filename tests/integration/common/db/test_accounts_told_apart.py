"""Accounts of several servers: none is taken over, nor taken for another of its id."""

import hmac
from hashlib import sha256

import pytest
from sqlalchemy.exc import IntegrityError
from tests.support.sharded import Sharded

from accounts.errors import AccountMixedError, TenantExistsError
from accounts.memberships import find_account
from accounts.passwords import derived_key
from accounts.provisioning import (
    create_admin,
    create_tenant,
    set_password,
)
from accounts.reset_links import ResetOverError, find_reset, reset_link
from common.db.audit import COMMAND_LINE
from common.db.shards import HOME
from common.instants import now

EMAIL, PASSWORD = "ada@example.com", "correct horse battery"


def made(sharded: Sharded, slug: str, server: str) -> int:
    return create_tenant(
        sharded.engine, slug=slug, name=slug, currency="EUR", timezone="UTC", shard=server
    )


def test_an_account_without_a_password_gives_nobody_a_key(sharded: Sharded) -> None:
    """Its place in the table has what everybody knows: whoever signs by that is not believed."""
    sharded.run(HOME, "INSERT INTO admins (id, email, password_hash) VALUES (7, %s, '!')", EMAIL)
    assert find_account(sharded.engine, 7) is None
    over = int(now().timestamp()) + 3600
    mac = hmac.new(derived_key("!", "reset"), f"7.0.{over}.0".encode(), sha256).hexdigest()
    with pytest.raises(ResetOverError):
        find_reset(sharded.engine, f"rst_7_0_{over}_{mac}", now=now())
    with pytest.raises(ResetOverError):
        reset_link(sharded.engine, 7, tenant_id=None, author=COMMAND_LINE, at=now())
    set_password(sharded.engine, email=EMAIL, password=PASSWORD)
    assert find_account(sharded.engine, 7) is not None


def test_an_address_that_another_account_had_on_the_server_is_the_new_ones(
    sharded: Sharded,
) -> None:
    made(sharded, "in-west", "west")
    sharded.run("west", "INSERT INTO admins (id, email, password_hash) VALUES (77, %s, '!')", EMAIL)
    create_admin(sharded.engine, email=EMAIL, password=PASSWORD, tenant="in-west")
    ids = [
        sharded.count(name, "SELECT id FROM admins WHERE email = %s", EMAIL)
        for name in (HOME, "west")
    ]
    assert ids[0] == ids[1] != 77


def test_memberships_elsewhere_are_those_of_the_address(sharded: Sharded) -> None:
    """Home was restored from before the account, and gave its id to somebody else."""
    made(sharded, "in-west", "west")
    create_admin(sharded.engine, email=EMAIL, password=PASSWORD, tenant="in-west")
    admin_id = sharded.count(HOME, "SELECT id FROM admins")
    sharded.run(HOME, "UPDATE admins SET email = 'bo@example.com'")
    account = find_account(sharded.engine, admin_id)
    assert account is not None
    assert account.tenants == ()
    shop = sharded.count("west", "SELECT id FROM tenants")
    account = find_account(sharded.engine, admin_id, acting_for=shop)
    assert account is not None
    assert account.tenant(shop) is None


def test_no_account_is_taken_for_another_of_its_id(sharded: Sharded) -> None:
    made(sharded, "in-west", "west")
    create_admin(sharded.engine, email=EMAIL, password=PASSWORD, tenant="in-west")
    sharded.run(HOME, "UPDATE admins SET email = 'bo@example.com'")
    with pytest.raises(AccountMixedError, match=EMAIL):
        create_admin(sharded.engine, email="bo@example.com", password=PASSWORD, tenant="in-west")
    assert sharded.count("west", "SELECT count(*) FROM admins WHERE email = %s", EMAIL) == 1
    assert sharded.count("west", "SELECT count(*) FROM memberships") == 1


def test_a_new_shop_has_an_id_that_no_server_has(sharded: Sharded) -> None:
    first = made(sharded, "one", HOME)
    sharded.add_tenant("west", first + 1)
    sharded.add_tenant("east", first + 2, arriving=True)
    assert made(sharded, "two", HOME) == first + 3


def test_only_a_slug_is_told_as_taken(sharded: Sharded) -> None:
    first = made(sharded, "one", HOME)
    sharded.run(HOME, "ALTER TABLE tenants ADD CONSTRAINT other UNIQUE (name)")
    sharded.run(HOME, "UPDATE tenants SET name = 'two'")
    with pytest.raises(IntegrityError):
        made(sharded, "two", HOME)
    with pytest.raises(TenantExistsError):
        made(sharded, "one", HOME)
    assert sharded.count(HOME, "SELECT id FROM tenants") == first
