"""The commands of operators where shops are on several servers."""

from collections.abc import Callable

import psycopg
import pytest
from click.testing import CliRunner, Result
from redis import Redis
from tests.support.databases import SERVICE_ROLE
from tests.support.sharded import SHARDS, Sharded, database_of

from accounts.memberships import find_account
from accounts.provisioning import create_admin, tenant_id_of
from accounts.reset_links import admin_named
from analytics.cli import main
from common.db.shards import HOME
from common.db.tenancy import TenantDb

EMAIL, PASSWORD = "ada@example.com", "correct horse battery"
Command = Callable[..., Result]


def listed(urls: dict[str, str]) -> str:
    return ",".join(f"{name}={url.replace('+psycopg', '')}" for name, url in urls.items())


@pytest.fixture
def analytics(sharded: Sharded, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command against the three servers."""
    owners = dict(sharded.owner_urls)
    services = dict(sharded.service_urls)
    told = {
        "DATABASE_OWNER_URL": owners.pop(HOME).replace("+psycopg", ""),
        "DATABASE_URL": services.pop(HOME).replace("+psycopg", ""),
        "DATABASE_SHARD_OWNER_URLS": listed(owners),
        "DATABASE_SHARD_URLS": listed(services),
        "REDIS_URL": redis_url,
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments, **env: CliRunner().invoke(main, arguments, env=told | env)


def create(analytics: Command, slug: str, *more: str) -> Result:
    return analytics(
        "create-tenant", slug, "--name", slug, "--currency", "EUR", "--timezone", "UTC", *more
    )


def test_shops_are_placed(analytics: Command, sharded: Sharded) -> None:
    for number in range(6):
        assert create(analytics, f"s{number}").exit_code == 0
    counts = [sharded.count(name, "SELECT count(*) FROM tenants") for name in sharded.owner_urls]
    assert counts == [2, 2, 2]
    assert create(analytics, "here", "--shard", "west").exit_code == 0
    assert sharded.count("west", "SELECT count(*) FROM tenants WHERE slug = 'here'") == 1
    wrong = create(analytics, "there", "--shard", "north")
    assert (wrong.exit_code, wrong.stderr) == (
        1,
        "analytics: there is no server 'north': there is home, east, west\n",
    )
    with sharded.away("east"):
        refused = create(analytics, "later")
    assert refused.exit_code == 1
    assert "no answer from east" in refused.stderr


def test_every_server_is_migrated(analytics: Command, sharded: Sharded) -> None:
    for name in SHARDS:
        sharded.run(name, "DROP SCHEMA public CASCADE")
        sharded.run(name, "CREATE SCHEMA public")
    assert analytics("migrate").output == "the database is up to date\n"
    for name in sharded.owner_urls:
        granted = "SELECT has_function_privilege(%s, 'enter_tenant(integer)', 'EXECUTE')::int"
        assert sharded.count(name, granted, SERVICE_ROLE) == 1
    unnamed = analytics("migrate", DATABASE_SHARD_OWNER_URLS="")
    assert "DATABASE_SHARD_OWNER_URLS has to name east, west" in unnamed.stderr
    with sharded.away("west"):
        failed = analytics("migrate")
    assert failed.exit_code == 1
    assert "west: the database cannot be migrated" in failed.stderr


@pytest.mark.parametrize("told", ["east", "east=mysql://x/y", "home=postgresql://h/x", "=,"])
def test_a_setting_that_names_no_servers_is_told(analytics: Command, told: str) -> None:
    refused = analytics("migrate", DATABASE_SHARD_URLS=told)
    assert refused.exit_code == 1
    assert "DATABASE_SHARD_URLS must" in refused.stderr


def test_a_shop_is_erased_with_people_of_no_other_server(
    analytics: Command, sharded: Sharded
) -> None:
    for name in ("east", "west"):
        create(analytics, f"in-{name}", "--shard", name)
        create_admin(sharded.engine, email=EMAIL, password=PASSWORD, tenant=f"in-{name}")
    admins = "SELECT count(*) FROM admins"
    with sharded.away("west"):
        assert analytics("erase-tenant", "in-east", "--confirm", "in-east").exit_code == 1
    done = analytics("erase-tenant", "in-east", "--confirm", "in-east")
    assert done.exit_code == 0, done.output
    assert [sharded.count(name, admins) for name in sharded.owner_urls] == [1, 0, 1]
    account = find_account(sharded.engine, admin_named(sharded.engine, EMAIL))
    assert account is not None
    assert [each.slug for each in account.tenants] == ["in-west"]
    assert analytics("erase-tenant", "in-west", "--confirm", "in-west").exit_code == 0
    assert [sharded.count(name, admins) for name in sharded.owner_urls] == [0, 0, 0]


def test_a_server_that_was_restored_gets_no_shop_back_that_left_it(
    analytics: Command, sharded: Sharded, redis_client: Redis
) -> None:
    assert redis_client.dbsize() == 0
    for slug in ("stays", "leaves"):
        create(analytics, slug, "--shard", "east")
    stays, leaves = (tenant_id_of(sharded.engine, slug) for slug in ("stays", "leaves"))
    assert stays is not None
    assert leaves is not None
    sharded.add_tenant("west", leaves)  # it has moved, and the dump is of before
    sharded.run(
        "east",
        "CREATE OR REPLACE FUNCTION database_origin() RETURNS text LANGUAGE sql IMMUTABLE"
        " RETURN 'elsewhere'::text",
    )
    with pytest.raises(Exception, match="moving"), TenantDb(sharded.engine, stays).transaction():
        pass
    done = analytics("revocations", "import", "--accept-loss", "--server", "east")
    assert done.exit_code == 0, done.output
    arriving = "SELECT id FROM tenants WHERE arriving"
    assert sharded.count("east", arriving) == leaves
    with TenantDb(sharded.engine, stays).transaction() as session:
        assert database_of(session) == psycopg_database(sharded, "east")
    with TenantDb(sharded.engine, leaves).transaction() as session:
        assert database_of(session) == psycopg_database(sharded, "west")
    assert analytics("revocations", "export", "--server", "west").exit_code == 0
    unknown = analytics("revocations", "export", "--server", "north")
    assert "there is no server 'north'" in unknown.stderr


@pytest.mark.parametrize("command", [("migrate",), ("revocations", "import", "--accept-loss")])
def test_a_home_of_before_gives_no_id_that_another_server_has(
    analytics: Command, sharded: Sharded, command: tuple[str, ...]
) -> None:
    sharded.add_tenant("west", 41)
    sharded.run("east", "INSERT INTO admins (id, email, password_hash) VALUES (77, 'a@b.c', '!')")
    done = analytics(*command)
    assert done.exit_code == 0, done.output
    given = {"tenants": 42, "admins": 78}
    for table, following in given.items():
        query = "SELECT nextval(pg_get_serial_sequence(%s, 'id'))"
        assert sharded.count(HOME, query, table) == following
        assert sharded.count("east", query, table) == 1, "only the home gives any"


def test_a_shop_on_two_servers_is_told(analytics: Command, sharded: Sharded) -> None:
    for name in (HOME, "west"):
        sharded.add_tenant(name, 41)
    sharded.add_tenant("east", 41, arriving=True)
    told = analytics("migrate")
    assert (told.exit_code, "two servers hold the shops of the ids 41" in told.stderr) == (1, True)
    assert analytics("revocations", "import", "--server", "west").exit_code == 0
    assert analytics("migrate").exit_code == 0


def psycopg_database(sharded: Sharded, name: str) -> str:
    with sharded.owner(name) as connection:
        assert isinstance(connection, psycopg.Connection)
        return connection.info.dbname
