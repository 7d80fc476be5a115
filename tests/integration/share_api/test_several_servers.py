"""The service where shops are on several PostgreSQL servers, one of which is away."""

from dataclasses import replace
from threading import Event

import httpx
import pytest
from sqlalchemy import Engine, text
from tests.integration.share_api.conftest import (
    BASE_URL,
    Serve,
    Service,
    assert_problem,
    log_in,
    share_id,
)
from tests.integration.share_api.console.conftest import a_tab
from tests.support.sharded import Sharded
from tests.support.wait import PATIENCE_SECONDS

from accounts.invitations import invite
from accounts.memberships import Account, find_account
from accounts.provisioning import create_admin, create_tenant
from common.db.accounts import Role
from common.db.audit import COMMAND_LINE
from common.db.shards import HOME, servers_of
from common.db.tenancy import TenantDb
from common.instants import now
from share_api import readiness
from share_api.routes import dependencies

PASSWORD = "correct horse battery"
NEW = "violet umbrellas hum at noon"
SHARE = "/api/admin/analytics/revenue-overview/share"
SHOPS = {HOME: "in-home", "east": "in-east", "west": "in-west"}


@pytest.fixture
def over_servers(sharded: Sharded, serve: Serve) -> Service:
    """Anna runs a shop on each server."""
    for server, slug in SHOPS.items():
        create_tenant(
            sharded.engine, slug=slug, name=slug, currency="EUR", timezone="UTC", shard=server
        )
        create_admin(sharded.engine, email="anna@example.com", password=PASSWORD, tenant=slug)
    urls = ",".join(f"{name}={url}" for name, url in sharded.shard_urls.items())
    plain = urls.replace("+psycopg", "")
    return serve(
        DATABASE_URL=sharded.service_urls[HOME].replace("+psycopg", ""), DATABASE_SHARD_URLS=plain
    )


def choose(client: httpx.Client, slug: str) -> httpx.Response:
    return client.put("/api/admin/session/tenant", json={"tenant": slug})


def test_links_are_issued_and_listed_where_the_shop_is(
    over_servers: Service, sharded: Sharded
) -> None:
    with over_servers.admin(tenant=None) as client:
        told = client.get("/api/admin/session").json()
        assert [each["slug"] for each in told["tenants"]] == sorted(SHOPS.values())
        for server, slug in SHOPS.items():
            assert choose(client, slug).status_code == 200
            issued = share_id(client.post(SHARE, json={}))
            listed = client.get("/api/admin/analytics/shares").json()
            assert [each["id"] for each in listed["items"]] == [issued]
            assert sharded.count(server, "SELECT count(*) FROM shares") == 1


def test_a_server_that_is_away_costs_its_own_shops(over_servers: Service, sharded: Sharded) -> None:
    with over_servers.admin(tenant="in-east") as client:
        with sharded.away("east"):
            answer = client.get("/api/admin/analytics/shares")
            assert "database" in assert_problem(answer, 503)["detail"]
            assert answer.headers["retry-after"]
            assert_problem(choose(client, "in-east"), 503)
            assert_problem(choose(client, "nobody"), 503)  # it may be there
            assert choose(client, "in-west").status_code == 200
            share_id(client.post(SHARE, json={}))
            assert log_in(client, "anna").status_code == 200
            assert client.get("/readyz").status_code == 200
            metrics = client.get("/metrics").text
            assert 'share_api_database_up{server="east"} 0.0' in metrics
            assert 'share_api_database_up{server="home"} 1.0' in metrics
            assert 'share_api_database_connections{server="west"}' in metrics
        assert choose(client, "in-east").status_code == 200
        assert client.get("/api/admin/analytics/shares").status_code == 200
        assert_problem(choose(client, "nobody"), 403)


def test_readiness_does_not_wait_for_a_further_server_that_hangs(
    over_servers: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = Event()
    of_server = readiness._server_fault
    east = servers_of(over_servers.container.engine)["east"]

    def fault(engine: Engine) -> str | None:
        if engine is east:
            released.wait(PATIENCE_SECONDS)
        return of_server(engine)

    monkeypatch.setattr(readiness, "_server_fault", fault)
    try:
        readiness.require_ready(over_servers.container)
        assert not released.is_set()
        assert over_servers.container.databases_ready[HOME] is True
        assert over_servers.container.databases_ready["east"] is False
    finally:
        released.set()


def test_who_has_the_id_of_somebody_else_on_the_server_of_the_shop_is_told_so(
    over_servers: Service, sharded: Sharded
) -> None:
    """Home was restored from before accounts, and gave their ids again."""
    tenant_id = sharded.count("west", "SELECT id FROM tenants")
    db = TenantDb(over_servers.container.engine, tenant_id)
    _, token = invite(db, "dora@example.com", Role.EDITOR, author=COMMAND_LINE, at=now())
    last = sharded.count(HOME, "SELECT last_value FROM admins_id_seq")
    taken = "INSERT INTO admins (id, email, password_hash) VALUES (%s, 'zoe@example.com', '!')"
    sharded.run("west", taken, last + 1)
    for password in (NEW, NEW):  # the account is made before, and then shows its password
        with over_servers.client() as client:
            answer = client.post(
                f"/admin/invitation/{token}",
                data={"password": password},
                headers={"Origin": BASE_URL},
            )
        assert answer.status_code == 409
        assert "This account cannot join the shop" in answer.text
        assert "zoe" not in answer.text
        assert "set-cookie" not in answer.headers
    assert sharded.count("west", "SELECT count(*) FROM memberships") == 1
    sharded.run("west", "DELETE FROM admins WHERE id = %s", last + 1)
    with over_servers.client() as client:
        joined = client.post(
            f"/admin/invitation/{token}", data={"password": NEW}, headers={"Origin": BASE_URL}
        )
        assert joined.status_code == 303


def test_a_shop_that_moved_while_it_was_looked_for_may_be_chosen(
    over_servers: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As between the answers of its old server and of its new one: it is on neither."""

    def missed(engine: Engine, admin_id: int, *, acting_for: int | None = None) -> Account | None:
        whole = find_account(engine, admin_id, acting_for=acting_for)
        if whole is None:
            return None
        left = tuple(each for each in whole.tenants if each.slug != SHOPS["east"])
        return replace(whole, tenants=left, roles={each.id: whole.roles[each.id] for each in left})

    with a_tab(over_servers) as tab:
        tab.log_in("anna")
        tab.open("/admin/shops")
        monkeypatch.setattr(dependencies, "find_account", missed)
        assert tab.send("/admin/shops", tenant="nobody").status_code == 403
        assert tab.send("/admin/shops", tenant=SHOPS["east"]).status_code == 303
        monkeypatch.undo()
        told = tab.client.get("/api/admin/session").json()
        assert told["tenant"]["slug"] == SHOPS["east"]
    with over_servers.admin(tenant=None) as client:
        monkeypatch.setattr(dependencies, "find_account", missed)
        chosen = choose(client, SHOPS["east"])
        assert chosen.status_code == 200
        assert chosen.json()["tenant"]["slug"] == SHOPS["east"]
        assert [each["slug"] for each in chosen.json()["tenants"]] == sorted(SHOPS.values())


def test_a_session_outlives_a_server_that_is_away(over_servers: Service, sharded: Sharded) -> None:
    with over_servers.admin(tenant="in-west") as client:
        with sharded.away("west"):
            assert_problem(client.get("/api/admin/analytics/shares"), 503)
        assert client.get("/api/admin/analytics/shares").status_code == 200


def test_without_the_home_nobody_is_known_and_shops_elsewhere_are_served(
    over_servers: Service, sharded: Sharded
) -> None:
    tenant_id = sharded.count("east", "SELECT id FROM tenants")
    db = TenantDb(over_servers.container.engine, tenant_id)
    with over_servers.client() as client, sharded.away(HOME):
        assert_problem(log_in(client, "anna"), 503)
        assert_problem(client.get("/readyz"), 503)
        with db.transaction() as session:  # as jobs and links do
            assert session.scalar(text("SELECT count(*) FROM tenants")) == 1
