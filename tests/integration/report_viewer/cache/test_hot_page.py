"""The hot path: shown again without asking, and shut in time all the same."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run, overtake
from tests.support import wait
from tests.support.samples import Sample, document

from common.jobs.celery_config import QUEUE
from devstack.embedded.valkey import EmbeddedValkey

pytestmark = pytest.mark.anyio

HOT = {"REPORT_VIEWER_LOCAL_SECONDS": 0.8, "REPORT_VIEWER_FAILURES_PER_ADDRESS": 1_000_000}
BRIEFLY = 0.1
WARM = {"REPORT_VIEWER_LOCAL_SECONDS": BRIEFLY}
"""Where belief has to end before the test goes on."""


def commands(redis: Redis) -> int:
    """How many times a server was asked for a report's fields, whoever asked."""
    stats = redis.info("commandstats")
    return int(stats.get("cmdstat_hmget", {}).get("calls", 0))


async def statuses(client: httpx.AsyncClient, *paths: str) -> set[int]:
    return {(await client.get(path)).status_code for path in paths}


async def test_a_hot_link_asks_redis_once_a_while(run: Run, own_redis: EmbeddedValkey) -> None:
    sample = Sample()
    with Redis.from_url(own_redis.url) as redis:
        sample.activate(redis)
        sample.store(redis)
        async with run(REDIS_URL=own_redis.url, **HOT) as client:
            first = await client.get(sample.path)
            before, started = commands(redis), time.monotonic()
            for _ in range(200):
                answer = await client.get(sample.path)
                assert answer.content == first.content
                assert answer.headers == first.headers
            asked = commands(redis) - before
        assert asked <= (time.monotonic() - started) / 0.8 + 1


@pytest.mark.parametrize("suffix", ["", "/csv", "/data", "/rows"])
async def test_the_hot_answer_is_the_same(run: Run, sample: Sample, suffix: str) -> None:
    path = sample.path + suffix
    async with run(**HOT) as hot, run() as cold:
        for headers in ({}, {"accept-encoding": "gzip"}, {"accept-encoding": "zstd, gzip"}):
            await hot.get(path, headers=headers)
            for method in ("GET", "HEAD"):
                mine = await hot.request(method, f"{path}?a=b", headers=headers)
                theirs = await cold.request(method, path, headers=headers)
                assert mine.content == theirs.content
                assert mine.headers == theirs.headers
            known = headers | {"if-none-match": f'"other", {theirs.headers["etag"]}'}
            mine, theirs = await hot.get(path, headers=known), await cold.get(path, headers=known)
            assert mine.status_code == theirs.status_code == 304
            assert mine.headers == theirs.headers


def forms(sample: Sample) -> list[str]:
    return [sample.path, *(f"{sample.path}/{each}" for each in ("csv", "data"))]


async def test_a_revoked_link_is_shut_within_a_second_everywhere(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    paths = forms(sample)
    async with run(**HOT) as one, run(**HOT) as other:
        viewers = (one, other)

        async def ask_until(deadline: float) -> None:
            while time.monotonic() < deadline:
                await asyncio.gather(*(statuses(viewer, *paths) for viewer in viewers))
                await asyncio.sleep(0.01)

        await ask_until(time.monotonic() + BRIEFLY)
        assert [await statuses(viewer, *paths) for viewer in viewers] == [{200}, {200}]
        await asyncio.to_thread(sample.revoke, redis_client)
        revoked = time.monotonic()
        await ask_until(revoked + 0.95)
        for viewer in viewers:
            assert await statuses(viewer, *paths) == {403}


async def test_a_hot_link_expires_to_the_second(run: Run, redis_client: Redis) -> None:
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    sample = Sample(expires_at=expires)
    sample.activate(redis_client)
    sample.store(redis_client)
    seen = []
    async with run(**HOT) as client:
        while datetime.now(UTC) < expires + timedelta(seconds=0.2):
            before = datetime.now(UTC)
            status = await statuses(client, *forms(sample))
            seen.append((before, datetime.now(UTC), status))
            await asyncio.sleep(0.01)
    for before, after, status in seen:
        if after < expires:
            assert status == {200}
        elif before >= expires:
            assert status == {403}


async def test_redis_emptied_while_hot(run: Run, sample: Sample, redis_client: Redis) -> None:
    """Whether the link was revoked is not known any more, so it is not shown."""
    async with run(**WARM) as client:
        assert await statuses(client, *forms(sample)) == {200}
        redis_client.flushdb()
        await asyncio.sleep(BRIEFLY)
        assert await statuses(client, *forms(sample)) == {503}
        sample.activate(redis_client)
        await asyncio.to_thread(sample.store, redis_client)
        assert await statuses(client, *forms(sample)) == {200}


async def test_redis_gone_while_hot(run: Run, own_redis: EmbeddedValkey) -> None:
    sample = Sample()
    with Redis.from_url(own_redis.url) as redis:
        sample.activate(redis)
        sample.store(redis)
    async with run(REDIS_URL=own_redis.url, **WARM) as client:
        assert await statuses(client, *forms(sample)) == {200}
        own_redis.stop()
        await asyncio.sleep(BRIEFLY)
        assert await statuses(client, *forms(sample)) == {503}
        own_redis.start()
        with Redis.from_url(own_redis.url) as redis:
            sample.activate(redis)  # as the worker does: a server's new run trusts no old state
        assert await statuses(client, *forms(sample)) == {200}


async def test_a_new_report_is_shown_when_the_old_one_is_not_believed_any_more(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    async with run(**WARM) as client:
        await client.get(sample.path)
        await client.get(f"{sample.path}/csv")
        sample.store(redis_client, document("revenue-overview", empty=True), csv=b"new")
        await asyncio.sleep(BRIEFLY)
        assert "No sales on these days." in (await client.get(sample.path)).text
        assert (await client.get(f"{sample.path}/csv")).content == b"new"


async def test_a_crowd_on_a_hot_link_is_one_question(run: Run, own_redis: EmbeddedValkey) -> None:
    sample = Sample()
    with Redis.from_url(own_redis.url) as redis:
        sample.activate(redis)
        sample.store(redis)
        async with run(REDIS_URL=own_redis.url, **HOT) as client:
            await client.get(sample.path)
            await asyncio.sleep(HOT["REPORT_VIEWER_LOCAL_SECONDS"])
            before, started = commands(redis), time.monotonic()
            answers = await asyncio.gather(*(client.get(sample.path) for _ in range(100)))
            assert {each.status_code for each in answers} == {200}
            asked = commands(redis) - before
        assert 1 <= asked <= (time.monotonic() - started) / 0.8 + 1


async def test_a_stale_report_is_shown_at_once_and_computed_once(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    redis_client.set(f"{{{sample.tenant_id}}}:data", b"4")
    async with run() as client:
        pages = [await client.get(sample.path, headers=BROWSER) for _ in range(20)]
        csv = await client.get(f"{sample.path}/csv")
        await wait.until_async(lambda: redis_client.llen(QUEUE))
        await overtake(client, redis_client)
        assert {each.status_code for each in pages} == {200}
        assert {each.headers["x-data-status"] for each in (*pages, csv)} == {"stale"}
        assert "newer sales data" not in pages[-1].text
        assert redis_client.llen(QUEUE) == 1
        fresh = document("revenue-overview", data_version=4)
        await asyncio.to_thread(sample.store, redis_client, fresh)
        assert (await client.get(sample.path)).headers["x-data-status"] == "current"
    assert redis_client.llen(QUEUE) == 1


async def test_a_stale_report_that_cannot_be_computed_is_not_asked_for_again_and_again(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    redis_client.set(f"{{{sample.tenant_id}}}:data", b"4")
    redis_client.set(sample.key.failed, b"1", ex=60)
    async with run() as client:
        for _ in range(5):
            assert await statuses(client, sample.path) == {200}
        await overtake(client, redis_client)
    assert redis_client.llen(QUEUE) == 0


async def test_a_report_overdue_says_so(run: Run, sample: Sample, redis_client: Redis) -> None:
    redis_client.set(f"{{{sample.tenant_id}}}:data", b"4")
    async with run(REPORT_VIEWER_OVERDUE_SECONDS=0) as client:
        page = await client.get(sample.path, headers=BROWSER)
        csv = await client.get(f"{sample.path}/csv")
        assert "There is newer sales data" in page.text
        assert "complete as of 1 May 2026" in page.text
        assert page.headers["x-data-status"] == csv.headers["x-data-status"] == "overdue"
        sample.store(redis_client, document("revenue-overview", data_version=4))
        again = await client.get(
            sample.path, headers=BROWSER | {"if-none-match": page.headers["etag"]}
        )
    assert again.status_code == 200
    assert "There is newer sales data" not in again.text
