"""Floods: invalid tokens of an address, computations of a link and of a shop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from redis import Redis
from starlette.types import Receive, Scope, Send
from tests.integration.report_viewer.conftest import BROWSER, Run, overtake
from tests.support import wait
from tests.support.samples import SECRET, Sample

from common.jobs.celery_config import QUEUE
from devstack.processes.sockets import reserved_port
from report_viewer.app import Viewer, create_app
from report_viewer.settings import ViewerSettings

pytestmark = pytest.mark.anyio

PATIENT = {"REPORT_VIEWER_WAIT_SECONDS": 60}
"""For who is to be answered by what happens, and not by the clock."""
FORGED = f"/api/reports/{Sample().token('77' * 16 + '12' * 16)}"


async def test_invalid_tokens_of_an_address_are_limited_and_valid_ones_open(
    run: Run, sample: Sample
) -> None:
    over = Sample(expires_at=datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1))
    async with run(REPORT_VIEWER_FAILURES_PER_ADDRESS=3) as client:
        tried = [await client.get(path) for path in (FORGED, "/api/reports/x", f"{FORGED}/csv")]
        assert [each.status_code for each in tried] == [403] * 3
        for path in (FORGED, "/api/reports/y/csv"):
            answer = await client.get(path)
            assert answer.status_code == 429
            assert 1 <= int(answer.headers["retry-after"]) <= 61
            assert answer.headers["cache-control"] == "no-store"
            assert answer.json()["type"] == "urn:analytics:problem:too-many-failures"
            assert answer.json()["status"] == 429
        page = await client.get(FORGED, headers=BROWSER)
        assert page.status_code == 429
        assert page.headers["content-type"].startswith("text/html")
        assert (await client.head(FORGED)).status_code == 429
        for path in (sample.path, f"{sample.path}/csv"):
            assert (await client.get(path)).status_code == 200
        expired = await client.get(over.path)
        assert (expired.status_code, expired.json()["type"].rpartition(":")[2]) == (
            403,
            "expired-link",
        ), "an authentic token is no failure"
        assert (await client.get("/api/reports/")).status_code == 400


async def test_closed_links_have_one_answer_whatever_closed_them(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    sample.revoke(redis_client)
    async with run(REPORT_VIEWER_FAILURES_PER_ADDRESS=4) as client:
        for path in (FORGED, sample.path) * 2:
            assert (await client.get(path)).status_code == 403
        closed = [await client.get(path) for path in (FORGED, sample.path)]
        assert {each.status_code for each in closed} == {429}
        assert closed[0].json()["type"] == closed[1].json()["type"]
        assert set(closed[0].headers) == set(closed[1].headers)


async def test_those_at_once_do_not_slip_through(run: Run) -> None:
    async with run(REPORT_VIEWER_FAILURES_PER_ADDRESS=10) as client:
        answers = await asyncio.gather(*(client.get(FORGED) for _ in range(40)))
    assert sorted(each.status_code for each in answers) == [403] * 10 + [429] * 30


async def test_the_count_is_of_all_viewers_and_lapses(run: Run, redis_client: Redis) -> None:
    limit = {"REPORT_VIEWER_FAILURES_PER_ADDRESS": 2}
    async with run(**limit) as one, run(**limit) as other:
        assert (await one.get(FORGED)).status_code == 403
        assert (await other.get(FORGED)).status_code == 403
        assert {(await each.get(FORGED)).status_code for each in (one, other)} == {429}
    (key,) = redis_client.keys("limits*")
    assert 0 < redis_client.ttl(key) <= 61
    assert redis_client.llen(key) == 2, "what is refused is not kept"


async def test_without_redis_failures_are_not_counted_and_nobody_waits(run: Run) -> None:
    gone = f"redis://127.0.0.1:{reserved_port()}/0"
    async with run(REDIS_URL=gone, REPORT_VIEWER_FAILURES_PER_ADDRESS=1) as client:
        answers = [await client.get(FORGED) for _ in range(50)]
        assert {each.status_code for each in answers} == {403}


class From:
    """The viewer, asked from an address."""

    def __init__(self, app: Viewer, address: str | None) -> None:
        self._app, self._address = app, address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = None if self._address is None else (self._address, 4711)
        await self._app({**scope, "client": client}, receive, send)


@asynccontextmanager
async def asked_from(redis_url: str, **given: object) -> AsyncIterator[Viewer]:
    app = create_app(
        ViewerSettings.model_validate(
            {
                "REDIS_URL": redis_url,
                "ANALYTICS_SHARE_SIGNING_SECRET": SECRET,
                "REPORT_VIEWER_FAILURES_PER_ADDRESS": 1,
                **given,
            }
        )
    )
    async with app.api.router.lifespan_context(app.api):
        yield app


async def status(app: Viewer, address: str | None, forwarded: str = "") -> int:
    transport = httpx.ASGITransport(app=From(app, address))
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://viewer") as client:
        return (await client.get(FORGED, headers=headers)).status_code


async def test_an_address_is_a_site(redis_url: str) -> None:
    async with asked_from(redis_url) as app:
        assert await status(app, "2001:db8:1:2::1") == 403
        assert await status(app, "2001:db8:1:2:3:4:5:6") == 429
        assert await status(app, "2001:db8:1:3::1") == 403
        assert await status(app, "192.0.2.1") == 403
        assert [await status(app, None) for _ in range(2)] == [403, 403], "on a Unix socket"


async def test_only_configured_proxies_are_believed(redis_url: str) -> None:
    trusted = {"REPORT_VIEWER_TRUSTED_PROXIES": "10.0.0.0/8"}
    async with asked_from(redis_url, **trusted) as app:
        assert await status(app, "10.0.0.1", "198.51.100.1") == 403
        assert await status(app, "10.0.0.1", "198.51.100.1") == 429
        assert await status(app, "10.0.0.1", "198.51.100.2") == 403
        assert await status(app, "10.0.0.1", "6.6.6.6, 198.51.100.1") == 429, "the last hop counts"
        assert await status(app, "10.0.0.1", "198.51.100.1, 10.0.0.9") == 429
        assert await status(app, "203.0.113.5", "198.51.100.3") == 403
        assert await status(app, "203.0.113.5", "198.51.100.4") == 429, "who is no proxy"
    async with asked_from(redis_url) as app:
        assert await status(app, "10.0.0.2", "198.51.100.9") == 403
        assert await status(app, "10.0.0.2", "198.51.100.8") == 429


def jobs(redis: Redis) -> int:
    return int(redis.llen(QUEUE))


def lapse(redis: Redis, sample: Sample) -> None:
    """As when the claim on a computation has lapsed and nothing came of it."""
    assert redis.delete(sample.key.requested) == 1


async def test_a_link_has_so_many_computations(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    cold = Sample("sales-velocity")
    other = Sample("sales-velocity", link_id=uuid4())
    for each in (cold, other):
        each.activate(redis_client)
    limit = {"REPORT_VIEWER_COLD_PER_LINK": 1}
    async with run(**limit) as hasty, run(**limit, **PATIENT) as client:
        assert (await hasty.get(cold.path)).status_code == 503
        await wait.until_async(lambda: jobs(redis_client) == 1)
        lapse(redis_client, cold)
        answer = await client.get(f"{cold.path}/csv")
        assert answer.status_code == 429
        assert answer.json()["type"] == "urn:analytics:problem:too-many-computations"
        assert 1 <= int(answer.headers["retry-after"]) <= 300
        page = await client.get(cold.path, headers=BROWSER)
        assert page.status_code == 429
        assert page.headers["content-type"].startswith("text/html")
        assert jobs(redis_client) == 1
        asked = asyncio.create_task(client.get(other.path))
        await wait.until_async(lambda: jobs(redis_client) == 2, "a claim that was given back")
        again = asyncio.create_task(client.get(cold.path))
        await overtake(client, redis_client)
        assert (await client.get(sample.path)).status_code == 200
        assert not asked.done()
        assert not again.done(), "it may wait for another's"
        await asyncio.to_thread(cold.store, redis_client)
        assert (await asked).status_code == (await again).status_code == 200
        assert (await client.get(cold.path)).status_code == 200, "what is there is not limited"


async def test_a_link_over_its_limit_has_no_other_refused_that_asks_with_it(
    run: Run, redis_client: Redis
) -> None:
    cold, other = Sample("sales-velocity"), Sample("sales-velocity")
    for each in (cold, other):
        each.activate(redis_client)
    limit = {"REPORT_VIEWER_COLD_PER_LINK": 1}
    async with run(**limit) as hasty, run(**limit, **PATIENT) as client:
        assert (await hasty.get(cold.path)).status_code == 503
        await wait.until_async(lambda: jobs(redis_client) == 1)
        lapse(redis_client, cold)
        both = [asyncio.create_task(client.get(each.path)) for each in (cold, other)]
        assert (await both[0]).status_code == 429
        await wait.until_async(lambda: jobs(redis_client) == 2, "a computation for the other")
        await asyncio.to_thread(cold.store, redis_client)
        assert (await both[1]).status_code == 200


async def test_a_shop_has_so_many_computations(run: Run, redis_client: Redis) -> None:
    reports = ("revenue-overview", "sales-velocity", "product-performance")
    cold = [Sample(report) for report in reports]
    others = Sample("sales-velocity", tenant_id=8)
    for each in (*cold, others):
        each.activate(redis_client)
    limit = {"REPORT_VIEWER_COLD_PER_TENANT": 2}
    async with run(**limit) as hasty, run(**limit, **PATIENT) as client:
        for number, each in enumerate(cold[:2], start=1):
            assert (await hasty.get(each.path)).status_code == 503
            await wait.until_async(lambda number=number: jobs(redis_client) == number)  # type: ignore[misc]
        assert (await client.get(cold[2].path)).status_code == 429
        assert (await hasty.get(others.path)).status_code == 503
        await wait.until_async(lambda: jobs(redis_client) == 3)
    names = [key for key in redis_client.keys("limits*cold*") if isinstance(key, bytes)]
    assert all(b"{7}" in key or b"{8}" in key for key in names)
    assert all(0 < redis_client.ttl(key) <= 301 for key in names)


async def test_a_crowd_counts_as_one(run: Run, redis_client: Redis) -> None:
    cold = Sample("sales-velocity")
    cold.activate(redis_client)
    async with run(REPORT_VIEWER_COLD_PER_LINK=1, **PATIENT) as client:
        asked = [asyncio.create_task(client.get(cold.path)) for _ in range(50)]
        await wait.until_async(lambda: jobs(redis_client))
        await overtake(client, redis_client)
        await asyncio.to_thread(cold.store, redis_client)
        answers = await asyncio.gather(*asked)
    assert {each.status_code for each in answers} == {200}
    assert jobs(redis_client) == 1
