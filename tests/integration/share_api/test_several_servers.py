"""The service where shops are on several PostgreSQL servers, one of which is away."""

from threading import Event

import httpx
import pytest
from sqlalchemy import Engine, text
from tests.integration.share_api.conftest import Serve, Service, assert_problem, log_in, share_id
from tests.support.sharded import Sharded
from tests.support.wait import PATIENCE_SECONDS

from accounts.provisioning import create_admin, create_tenant
from common.db.shards import HOME, servers_of
from common.db.tenancy import TenantDb
from share_api import readiness

PASSWORD = "correct horse battery"
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
