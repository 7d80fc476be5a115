"""A viewer whose Redis is a cluster: right on every node, and through moves of slots and hangs."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from redis import Redis, RedisError
from tests.integration.cluster.conftest import running_viewer
from tests.support import wait
from tests.support.clusters import (
    EmbeddedNode,
    RunningCluster,
    hanging,
    running_cluster,
    slot_of,
)
from tests.support.samples import Sample

from common.infra.redis import ADMIN, create_redis
from common.links.state import LinkState, LinkStateStore, state_key

pytestmark = pytest.mark.anyio

TENANTS = range(1, 13)


async def status(viewer: httpx.AsyncClient, sample: Sample) -> list[int]:
    """What the page and the CSV of a link are answered with."""
    paths = (sample.path, f"{sample.path}/csv")
    return [(await viewer.get(each)).status_code for each in paths]


async def statuses(viewer: httpx.AsyncClient, samples: list[Sample]) -> list[int]:
    found = await asyncio.gather(*(status(viewer, each) for each in samples))
    return [each for both in found for each in both]


def made(redis: Redis, *tenants: int) -> list[Sample]:
    """Links that open, with their reports ready."""
    samples = [Sample(tenant_id=each) for each in tenants]
    for each in samples:
        each.activate(redis)
        each.store(redis)
    return samples


async def all_are(viewer: httpx.AsyncClient, samples: list[Sample], wanted: int) -> None:
    """Wait until all links are answered with that."""
    for _ in range(wait.LOOKS):
        found = await statuses(viewer, samples)
        if set(found) == {wanted}:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(found)


async def until_told(viewer: httpx.AsyncClient) -> None:
    """Wait until each node tells of changes, and proves it."""
    for _ in range(wait.LOOKS):
        if "report_viewer_tracking 1.0" in (await viewer.get("/metrics")).text:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("not told")


async def test_every_tenants_links_open_and_are_shut(
    viewer: httpx.AsyncClient, redis: Redis
) -> None:
    samples = made(redis, *TENANTS)
    assert await statuses(viewer, samples) == [200] * 2 * len(samples), "12 of 12"
    assert (await viewer.get("/readyz")).status_code == 200
    shut, kept = samples[::2], samples[1::2]
    await asyncio.to_thread(LinkStateStore(redis).revoke, [each.ref for each in shut])
    await all_are(viewer, shut, 403)
    assert set(await statuses(viewer, kept)) == {200}


async def test_a_revocation_that_was_not_announced_is_told_by_its_node(
    viewer: httpx.AsyncClient, redis: Redis
) -> None:
    samples = made(redis, *TENANTS)
    await until_told(viewer)
    assert set(await statuses(viewer, samples)) == {200}
    for each in samples:
        redis.set(state_key(each.tenant_id, each.link_id), "revoked")
    await all_are(viewer, samples, 403)


async def test_an_emptied_node_opens_nothing_and_others_stay(
    viewer: httpx.AsyncClient, redis: Redis, cluster: RunningCluster
) -> None:
    samples = made(redis, *TENANTS)
    emptied = cluster.primaries[2]
    with emptied.client() as node:
        node.flushall()
    lost = [each for each in samples if cluster.owner(each.tenant_id) is emptied]
    kept = [each for each in samples if each not in lost]
    assert set(await statuses(viewer, lost)) == {503}, "the ledger is asked, by a worker"
    assert set(await statuses(viewer, kept)) == {200}


@pytest.mark.parametrize("number", [0, 1])
async def test_a_node_that_hangs_keeps_only_its_own_tenants_waiting(
    viewer: httpx.AsyncClient, redis: Redis, cluster: RunningCluster, number: int
) -> None:
    hung, samples = cluster.primaries[number], made(redis, *TENANTS)
    late = [each for each in samples if cluster.owner(each.tenant_id) is hung]
    others = [each for each in samples if each not in late]
    await all_are(viewer, others, 200)
    with hanging(hung):
        waiting = [asyncio.ensure_future(viewer.get(each.path)) for each in late]
        for _ in range(20):
            assert set(await statuses(viewer, others)) == {200}
        assert not any(each.done() for each in waiting)
    assert {each.status_code for each in await asyncio.gather(*waiting)} == {200}


@pytest.mark.usefixtures("as_served")
@pytest.mark.parametrize("number", [0, 1])
async def test_nobody_waits_for_long_for_a_node_that_hangs(
    viewer: httpx.AsyncClient, redis: Redis, cluster: RunningCluster, number: int
) -> None:
    hung = cluster.primaries[number]
    samples = made(redis, *cluster.tenants_of(hung, 2))
    await all_are(viewer, samples, 200)
    with hanging(hung):
        await all_are(viewer, samples, 503)  # what was believed of them is over
        assert (await viewer.get("/readyz")).status_code == 200, "others are served"
    await all_are(viewer, samples, 200)


@asynccontextmanager
async def asked_all_along(
    viewer: httpx.AsyncClient, samples: list[Sample]
) -> AsyncIterator[Callable[[Sample], Counter[int]]]:
    """Have links opened again and again; what each was answered."""
    found = {each.link_id: Counter[int]() for each in samples}
    ended = asyncio.Event()

    async def ask(sample: Sample) -> None:
        while not ended.is_set():
            found[sample.link_id].update(await status(viewer, sample))
            await asyncio.sleep(0)

    asking = [asyncio.ensure_future(ask(each)) for each in samples]
    try:
        yield lambda sample: found[sample.link_id]
    finally:
        ended.set()
        await asyncio.gather(*asking)


@pytest.mark.parametrize("atomically", [True, False])
async def test_a_slot_moves_while_its_links_are_open(
    viewer: httpx.AsyncClient, redis: Redis, cluster: RunningCluster, atomically: bool
) -> None:
    source, target = cluster.primaries[:2]
    tenant, other = (cluster.tenants_of(each, 1)[0] for each in (source, cluster.primaries[2]))
    opened, shut, stays = made(redis, tenant, tenant, other)
    shut.revoke(redis)
    await all_are(viewer, [shut], 403)
    async with asked_all_along(viewer, [opened, shut, stays]) as answers:
        await asyncio.to_thread(move, cluster, tenant, source, target, atomically=atomically)
        # What came along is of another node's run: the ledger is asked, by a worker.
        await all_are(viewer, [opened], 503)
        assert LinkStateStore(redis).read([opened.ref, shut.ref]) == [None, LinkState.REVOKED]
        opened.activate(redis)
        await all_are(viewer, [opened], 200)
        await asyncio.to_thread(move, cluster, tenant, target, source, atomically=atomically)
        opened.activate(redis)
        await all_are(viewer, [opened], 200)
    assert set(answers(shut)) == {403}
    assert set(answers(stays)) == {200}
    assert set(answers(opened)) == {200, 503}


def move(
    cluster: RunningCluster,
    tenant: int,
    source: EmbeddedNode,
    target: EmbeddedNode,
    *,
    atomically: bool,
) -> None:
    slot = slot_of(tenant)
    if atomically:
        cluster.move_atomically(slot, source, target)
        return
    cluster.begin_move(slot, source, target)
    with source.client() as node:
        names = list(node.scan_iter(f"{{{tenant}}}:*"))
    for each in names:
        cluster.move_keys([each], source, target)
    cluster.end_move(slot, target)


@pytest.mark.usefixtures("as_served")
async def test_a_node_that_wakes_up_replaced_is_not_believed(
    tmp_path: Path, redis_url: str
) -> None:
    """It hangs, its replica takes over and is told of a revocation, and then it goes on."""
    with (
        running_cluster(tmp_path, replicas=True) as cluster,
        create_redis(cluster.url, ADMIN) as redis,
    ):
        old, new = cluster.primaries[1], cluster.replicas[1]
        opened, shut = made(redis, *cluster.tenants_of(old, 1) * 2)
        with old.client() as node:
            assert node.wait(1, 60_000) == 1, "the replica has all of it"
        async with running_viewer(cluster, redis_url) as viewer:
            await all_are(viewer, [opened, shut], 200)
            with hanging(old):
                await wait.until_async(lambda: cluster.owner(shut.tenant_id) is new, "replaced")
                await wait.until_async(lambda: told_of(redis, opened, shut), "told")
                await all_are(viewer, [shut], 403)
            async with asked_all_along(viewer, [opened, shut]) as answers:
                await wait.until_async(lambda: is_replica(old), "it knows by now")
                await all_are(viewer, [opened], 200)
            assert set(answers(shut)) == {403}
            assert set(answers(opened)) <= {200, 503}


def told_of(redis: Redis, opened: Sample, shut: Sample) -> bool:
    """Whether the cluster took a revocation, and that the other link opens."""
    try:
        shut.revoke(redis)
        opened.activate(redis)
    except RedisError:
        return False
    return True


def is_replica(node: EmbeddedNode) -> bool:
    with node.client() as asked:
        return bool(asked.info("replication")["role"] == "slave")
