"""What is amiss is counted, told, and keeps nobody from revoking a link."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis
from sqlalchemy import Engine, select, text
from tests.integration.share_api.conftest import Serve, World, assert_problem
from tests.support.refusing import WAYS, refusing

from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.infra.refusals import Refusal
from devstack.embedded.valkey import EmbeddedValkey

SHARE = "/api/admin/analytics/revenue-overview/share"
ROUTE = "/api/admin/analytics/{report}/share"


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """A server that the test may stop, or have refuse writes."""
    with EmbeddedValkey(tmp_path / "valkey", password="of-this-test") as server:
        yield server


def test_an_error_that_no_one_foresaw_is_counted_and_logged_as_500(
    serve: Serve, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    nothing: Any = None
    service = serve(lambda container: replace(container, issuing=nothing))
    with service.admin() as anna, caplog.at_level(logging.INFO, "share_api.access"):
        problem = assert_problem(anna.post(SHARE), 500)
        counted = anna.get("/metrics").text
    assert problem["detail"] == "Something went wrong here."
    assert f'method="POST",route="{ROUTE}",status="500"}} 1.0' in counted
    assert 'status="0"' not in counted
    (line,) = (each for each in caplog.records if getattr(each, "route", "") == ROUTE)
    assert getattr(line, "status", None) == 500


def set_read_only(owner: Engine, service: Engine, *, on: bool) -> None:
    """For sessions that begin from now on: those of before are ended where it begins."""
    name = service.url.database
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        setting = "SET default_transaction_read_only = on" if on else "RESET ALL"
        connection.execute(text(f'ALTER DATABASE "{name}" {setting}'))
        if on:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )


def test_a_database_that_takes_no_writes_is_one_that_is_away(
    serve: Serve, world: World, owner_engine: Engine
) -> None:
    service = serve()
    with service.admin() as anna:
        set_read_only(owner_engine, world.engine, on=True)
        for method, path, body in (
            ("POST", SHARE, {}),
            ("POST", "/api/admin/keys", {"name": "till", "scopes": ["shares:read"]}),
        ):
            answer = anna.request(method, path, json=body)
            problem = assert_problem(answer, 503)
            assert problem["detail"] == "The database takes no writes."
            assert answer.headers["retry-after"]
        assert "takes no writes" in assert_problem(anna.get("/readyz"), 503)["detail"]
        set_read_only(owner_engine, world.engine, on=False)
        assert anna.get("/readyz").status_code == 200, "sessions of before are left"
        assert anna.post(SHARE).status_code == 201


def keyed(anna: httpx.Client) -> dict[str, str]:
    """Headers of a program that may revoke links."""
    made = anna.post(
        "/api/admin/keys", json={"name": "till", "scopes": ["shares:read", "shares:write"]}
    )
    assert made.status_code == 201, made.text
    return {"Authorization": f"Bearer {made.json()['key']}"}


def test_without_redis_a_revocation_is_taken_by_a_service_that_is_ready(
    serve: Serve, world: World, own_redis: EmbeddedValkey
) -> None:
    service = serve(REDIS_URL=own_redis.url)
    with service.admin() as anna:
        assert anna.get("/readyz").json() == {"status": "ready", "degraded": []}
        link, key = anna.post(SHARE).headers["location"], keyed(anna)
        own_redis.stop()
        ready = anna.get("/readyz")
        assert (ready.status_code, ready.json()["degraded"]) == (200, ["Redis does not answer"])
    with service.client(headers=key) as program:
        revoked = program.delete(link)
    assert assert_problem(revoked, 503)["type"].endswith(":recall-unavailable")
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        assert session.scalar(select(Share.revoked_at)) is not None


@pytest.mark.parametrize("way", [*WAYS, Refusal.TOO_FEW_REPLICAS])
def test_readiness_names_why_redis_refuses_writes(
    serve: Serve, world: World, own_redis: EmbeddedValkey, way: Refusal
) -> None:
    service = serve(REDIS_URL=own_redis.url)
    with Redis.from_url(own_redis.url) as redis, service.client() as client:
        with refusing(redis, way):
            ready = client.get("/readyz")
        assert ready.status_code == 200
        (said,) = ready.json()["degraded"]
        assert way.value in said
        assert client.get("/readyz").json()["degraded"] == []
