"""Servers that are gone or hang: what still works, what says 503, and how long it takes."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from redis import Redis
from tests.integration.share_api.conftest import Serve, World, assert_problem, log_in
from tests.support import wait

from common.db.engine import UnsafeDatabaseRoleError
from common.infra.redis import ADMIN, create_redis
from common.jobs.celery_config import create_celery
from common.jobs.publisher import JobPublisher
from common.links.state import LinkRef, LinkState, LinkStateStore
from common.links.token import KeyRing
from common.reports_cache.cache import ReportCache
from devstack.processes.sockets import reserved_port
from share_api.app import create_app
from share_api.container import Container
from share_api.settings import ShareApiSettings

pytestmark = pytest.mark.usefixtures("as_served")

DEAD_REDIS = "redis://127.0.0.1:1"
DEAD_DATABASE = "postgresql://nobody:nothing@127.0.0.1:1/none"
SHARE = "/api/admin/analytics/revenue-overview/share"


def with_broker(url: str) -> Callable[[Container], Container]:
    def change(container: Container) -> Container:
        jobs = JobPublisher(create_celery(url), ReportCache(container.redis, keep_seconds=1))
        return replace(container, issuing=replace(container.issuing, jobs=jobs))

    return change


def with_states(url: str) -> Callable[[Container], Container]:
    def change(container: Container) -> Container:
        states = LinkStateStore(create_redis(url, ADMIN))
        return replace(container, issuing=replace(container.issuing, states=states))

    return change


def test_a_refused_broker_does_not_keep_a_link_from_being_issued(
    serve: Serve, world: World, ring: KeyRing, redis_client: Redis
) -> None:
    with serve(with_broker(DEAD_REDIS)).admin() as client:
        answer = issue(client)
    claims = ring.authenticate(answer.json()["url"].rsplit("/", 1)[1])
    link = LinkRef(world.berlin, claims.link_id, claims.expires_at)
    assert LinkStateStore(redis_client).read([link]) == [LinkState.ACTIVE]
    assert not redis_client.keys("*:requested:*"), "the next one may ask again"


def test_a_hung_broker_does_not_either(serve: Serve, world: World, hung_redis: str) -> None:
    with serve(with_broker(hung_redis)).admin() as client:
        issue(client)


def test_neither_does_a_hung_store_of_states(serve: Serve, world: World, hung_redis: str) -> None:
    with serve(with_states(hung_redis)).admin() as client:
        issue(client)


def issue(client: httpx.Client) -> httpx.Response:
    """Issue a link while what hangs goes on hanging: how soon is what the time-outs add up to."""
    answer = client.post(SHARE)
    assert answer.status_code == 201
    assert len(client.get("/api/admin/analytics/shares").json()["items"]) == 1
    return answer


@pytest.mark.parametrize("hangs", [False, True])
def test_without_redis(
    serve: Serve, world: World, hangs: bool, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("hung_redis") if hangs else DEAD_REDIS
    with serve(REDIS_URL=url).client() as client:
        assert_problem(log_in(client, "anna"), 503)
        client.headers["Cookie"] = f"analytics_session={'A' * 43}"
        for method, path in (
            ("POST", SHARE),
            ("GET", "/api/admin/session"),
            ("DELETE", "/api/admin/session"),
        ):
            answer = client.request(method, path)
            assert_problem(answer, 503)
            assert answer.headers["retry-after"]
        assert "Redis" in assert_problem(client.get("/readyz"), 503)["detail"]
        assert client.get("/healthz").status_code == 200


def test_without_postgresql_the_service_starts_and_says_503(serve: Serve) -> None:
    with serve(DATABASE_URL=DEAD_DATABASE).client() as client:
        answer = log_in(client, "anna")
        assert "nobody" not in answer.text
        assert_problem(answer, 503)
        assert "PostgreSQL" in assert_problem(client.get("/readyz"), 503)["detail"]
        assert client.get("/healthz").status_code == 200


def test_the_log_says_what_the_answer_says_is_missing(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    with serve(DATABASE_URL=DEAD_DATABASE).client() as client:
        caplog.clear()
        told = [client.get("/readyz").json()["detail"], log_in(client, "anna").json()["detail"]]
    said = [vars(each)["reason"] for each in caplog.records if each.message == "unavailable"]
    assert said == told
    assert "PostgreSQL does not answer" in told[0]


def test_postgresql_may_come_later(serve: Serve, world: World, service_url: str) -> None:
    """The pool replaces what broke; nobody has to restart the service."""
    service = serve()
    with service.admin() as client:
        with world.engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'share-api' AND datname = current_database()"
            )
        assert client.get("/api/admin/analytics/shares").status_code == 200


def environment(**given: str) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path), **given}


def run(**given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "share_api"],
        env=environment(**given),
        capture_output=True,
        text=True,
        timeout=wait.PATIENCE_SECONDS,
        check=False,
    )


def test_a_role_that_could_read_across_tenants_is_refused(owner_url: str, redis_url: str) -> None:
    done = run(DATABASE_URL=owner_url, REDIS_URL=redis_url, PUBLIC_BASE_URL="http://localhost")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("refusing to start: database role")
    assert done.stdout == ""


def test_an_unsafe_role_is_refused_under_any_server(owner_url: str, redis_url: str) -> None:
    settings = ShareApiSettings.model_validate(
        {
            "DATABASE_URL": owner_url,
            "REDIS_URL": redis_url,
            "PUBLIC_BASE_URL": "http://localhost",
        }
    )
    app = create_app(settings)

    async def start() -> None:
        async with app.router.lifespan_context(app):
            pytest.fail("the service started")

    with pytest.raises(UnsafeDatabaseRoleError):
        asyncio.run(start())


def test_the_process_serves_logs_and_stops(
    world: World, service_url: str, redis_url: str, secret: str
) -> None:
    port = str(reserved_port())
    given: dict[str, Any] = {
        "DATABASE_URL": service_url,
        "REDIS_URL": redis_url,
        "ANALYTICS_SHARE_SIGNING_SECRET": secret,
        "PUBLIC_BASE_URL": "http://localhost",
        "SHARE_API_PORT": port,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "share_api"],
        env=environment(**given),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", timeout=wait.PATIENCE_SECONDS
        ) as client:
            wait.until(lambda: _is_ready(client), "ready")
            assert log_in(client, "ben").status_code == 200
            answer = client.post(SHARE)
            assert answer.status_code == 201
            assert "server" not in answer.headers
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=wait.PATIENCE_SECONDS)
    assert process.returncode in {0, -signal.SIGTERM}
    token = answer.json()["url"].rsplit("/", 1)[1]
    assert '"route": "/api/admin/analytics/{report}/share"' in log
    for private in (token, secret, "correct horse", client.headers["cookie"][-43:]):
        assert private not in log


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False
