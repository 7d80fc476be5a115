"""A report nobody computed yet: asked for once, waited for by all, within bounds."""

import asyncio
import json
from collections.abc import Awaitable, Sequence
from functools import partial

import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run, overtake
from tests.support import wait
from tests.support.samples import Sample

from common.jobs.celery_config import LINK_QUEUE, QUEUE
from common.jobs.payloads import RestoreLink
from common.links.state import LinkState, LinkStateStore
from common.reports_cache.cache import ReportCache
from report_viewer.loading import loader
from report_viewer.loading.redis_store import PAGE, RedisStore, Snapshot, SnapshotQuery

pytestmark = pytest.mark.anyio


def tasks(redis: Redis) -> list[str]:
    return [
        json.loads(each)["headers"]["task"]
        for queue in (LINK_QUEUE, QUEUE)
        for each in redis.lrange(queue, 0, -1)
    ]


async def test_a_crowd_is_one_computation(run: Run, redis_client: Redis) -> None:
    sample, others = Sample(), [Sample() for _ in range(20)]
    for each in (sample, *others):
        each.activate(redis_client)
    async with (
        run(REPORT_VIEWER_WAIT_SECONDS=60) as client,
        run(REPORT_VIEWER_WAIT_SECONDS=60) as second,
    ):
        paths = [sample.path, f"{sample.path}/csv", *(each.path for each in others)]
        asked = [
            asyncio.create_task(viewer.get(path))
            for viewer in (client, second)
            for path in paths * 5
        ]
        await wait.until_async(lambda: redis_client.llen(QUEUE))
        for viewer in (client, second):
            await overtake(viewer, redis_client)
        assert not any(task.done() for task in asked)
        await asyncio.to_thread(sample.store, redis_client)
        answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    assert tasks(redis_client) == ["reports.compute"]


@pytest.fixture
def only_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks again by themselves: who is not woken waits for ever."""

    async def wait_to_be_woken(woken: asyncio.Event, _: float) -> None:
        async with asyncio.timeout(wait.PATIENCE_SECONDS):
            await woken.wait()

    monkeypatch.setattr(loader, "_either", wait_to_be_woken)


@pytest.mark.usefixtures("only_woken")
async def test_waiters_are_woken_and_do_not_poll(run: Run, redis_client: Redis) -> None:
    async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
        for tenant_id in range(1, 6):  # a page once shown is believed until Redis has told
            sample = Sample(tenant_id=tenant_id)
            await asyncio.to_thread(sample.activate, redis_client)
            asked = asyncio.create_task(client.get(sample.path))
            await wait.until_async(partial(redis_client.exists, sample.key.requested))
            await asyncio.to_thread(sample.store, redis_client)
            assert (await asked).status_code == 200


async def test_a_missed_announcement_is_made_up_for(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
        asked = asyncio.create_task(client.get(sample.path))
        await wait.until_async(lambda: redis_client.llen(QUEUE))
        elsewhere = Sample(tenant_id=99)
        elsewhere.store(redis_client)
        redis_client.rename(elsewhere.key.cached, sample.key.cached)
        assert (await asked).status_code == 200


def listeners(redis: Redis) -> set[str]:
    """The connections that listen, of this test's logical database alone."""
    mine = redis.client_info()["db"]
    return {each["id"] for each in redis.client_list(_type="pubsub") if int(each["db"]) == mine}


async def test_the_listener_comes_back(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
        asked = asyncio.create_task(client.get(sample.path))
        await wait.until_async(lambda: redis_client.llen(QUEUE))
        (lost,) = listeners(redis_client)
        redis_client.client_kill_filter(_id=lost)
        await wait.until_async(lambda: listeners(redis_client) - {lost})
        await asyncio.to_thread(sample.store, redis_client)
        assert (await asked).status_code == 200


async def test_in_vain(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    async with run() as client:
        answer = await client.get(sample.path)
        page = await client.get(sample.path, headers=BROWSER)
        csv = await client.get(f"{sample.path}/csv")
        await wait.until_async(lambda: tasks(redis_client))
        await overtake(client, redis_client)
    assert {answer.status_code, page.status_code, csv.status_code} == {503}
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["type"].endswith("being-prepared")
    assert 'http-equiv="refresh"' in page.text
    assert tasks(redis_client) == ["reports.compute"]


@pytest.mark.usefixtures("only_woken")
async def test_a_failure_wakes_at_once(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
        asked = [asyncio.create_task(client.get(sample.path)) for _ in range(20)]
        await wait.until_async(lambda: redis_client.llen(QUEUE))
        cache = ReportCache(redis_client, keep_seconds=60)
        await asyncio.to_thread(cache.fail, sample.key)
        answers = await asyncio.gather(*asked)
        assert {each.status_code for each in answers} == {503}
        assert {each.json()["type"].rpartition(":")[2] for each in answers} == {
            "computation-failed"
        }
        assert redis_client.llen(QUEUE) == 1, "no waiter tries a failed computation again"


async def test_a_failure_that_is_over_is_tried_again(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    cache = ReportCache(redis_client, keep_seconds=60)
    await asyncio.to_thread(cache.fail, sample.key)
    async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
        assert (await client.get(sample.path)).status_code == 503
        assert not redis_client.exists(QUEUE)
        redis_client.delete(sample.key.failed)
        again = asyncio.create_task(client.get(sample.path))
        await wait.until_async(lambda: redis_client.llen(QUEUE) == 1)
        await asyncio.to_thread(sample.store, redis_client)
        assert (await again).status_code == 200


async def test_a_link_revoked_meanwhile_does_not_open(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
        asked = asyncio.create_task(client.get(sample.path))
        await wait.until_async(lambda: redis_client.llen(QUEUE))
        sample.revoke(redis_client)
        await asyncio.to_thread(sample.store, redis_client)
        assert (await asked).status_code == 403


async def test_waiters_are_bounded(run: Run, redis_client: Redis) -> None:
    sample, ready = Sample(), Sample("sales-velocity")
    for each in (sample, ready):
        each.activate(redis_client)
    ready.store(redis_client)
    async with run(REPORT_VIEWER_WAIT_SECONDS=60, REPORT_VIEWER_MAX_WAITING=3) as client:
        asked = [asyncio.create_task(client.get(sample.path)) for _ in range(10)]
        assert (await client.get(ready.path)).status_code == 200
        await wait.until_async(lambda: redis_client.llen(QUEUE))
        refused = [await each for each in asked[3:]]
        assert "report_viewer_waiting 3.0" in (await client.get("/metrics")).text
        assert not any(each.done() for each in asked[:3])
        await asyncio.to_thread(sample.store, redis_client)
        assert {(await each).status_code for each in asked[:3]} == {200}
    assert {each.status_code for each in refused} == {503}
    assert {each.json()["type"].rpartition(":")[2] for each in refused} == {"unavailable"}


@pytest.mark.parametrize(
    ("says", "status"), [(LinkState.ACTIVE, 200), (LinkState.REVOKED, 403), (None, 403)]
)
async def test_an_unknown_link_waits_for_the_ledger(
    run: Run, redis_client: Redis, says: LinkState | None, status: int
) -> None:
    sample = Sample()
    sample.store(redis_client)
    states = LinkStateStore(redis_client)
    async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
        asked = [asyncio.create_task(client.get(sample.path)) for _ in range(20)]
        await wait.until_async(lambda: tasks(redis_client))
        await overtake(client, redis_client, queue=LINK_QUEUE)
        assert tasks(redis_client) == [RestoreLink.task]
        if says is None:
            await asyncio.to_thread(states.reject_unknown, sample.tenant_id, sample.link_id)
        else:
            await asyncio.to_thread(states.restore, sample.ref, says)
        answers = await asyncio.gather(*asked)
    assert {each.status_code for each in answers} == {status}


async def test_a_link_nobody_vouches_for_stays_shut(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.store(redis_client)
    async with run() as client:
        for _ in range(3):
            assert (await client.get(sample.path)).status_code == 503
            assert (await client.get(f"{sample.path}/csv")).status_code == 503
        await wait.until_async(lambda: tasks(redis_client))
        await overtake(client, redis_client, queue=LINK_QUEUE)
    assert tasks(redis_client) == [RestoreLink.task], "nothing is computed for it"


async def test_first_the_link_then_the_report(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
        asked: Awaitable[object] = asyncio.ensure_future(client.get(sample.path))
        await wait.until_async(lambda: RestoreLink.task in tasks(redis_client))
        states = LinkStateStore(redis_client)
        await asyncio.to_thread(states.restore, sample.ref, LinkState.ACTIVE)
        await wait.until_async(lambda: "reports.compute" in tasks(redis_client))
        await asyncio.to_thread(sample.store, redis_client)
        answer = await asked
    assert getattr(answer, "status_code", None) == 200
    assert set(tasks(redis_client)) == {"links.restore", "reports.compute"}


async def test_a_miss_reads_what_is_known_once_before_it_asks(
    run: Run, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing, ready = Sample(), Sample("sales-velocity")
    for each in (missing, ready):
        each.activate(redis_client)
    ready.store(redis_client)
    reads: list[SnapshotQuery] = []
    read_all = RedisStore.read_all

    async def counted(self: RedisStore, queries: Sequence[SnapshotQuery]) -> list[Snapshot]:
        reads.extend(queries)
        return await read_all(self, queries)

    monkeypatch.setattr(RedisStore, "read_all", counted)
    async with run(REPORT_VIEWER_WAIT_SECONDS=0) as client:
        assert (await client.get(ready.path)).status_code == 200
        assert reads == [SnapshotQuery(ready.claims, PAGE)]
        reads.clear()
        assert (await client.get(missing.path)).status_code == 503
        assert reads == [SnapshotQuery(missing.claims, PAGE)]
        await wait.until_async(lambda: tasks(redis_client) == ["reports.compute"])
