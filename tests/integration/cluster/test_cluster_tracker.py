"""Each primary of a cluster tells of its own keys, for as long as they are its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis import Redis
from redis.asyncio.cluster import ClusterNode
from tests.support import wait
from tests.support.clusters import EmbeddedNode, RunningCluster, hanging, slot_of

from common.infra.async_nodes import finder_of
from common.infra.cluster.async_client import AsyncClusterClient
from common.links import tenant_names
from report_viewer.cache.tracking import ServerTracking, Tracking, Unchanged
from report_viewer.loading import primary_watch
from report_viewer.loading.cluster_tracker import ClusterTracker, create_tracker
from report_viewer.loading.primary_watch import PrimaryWatch
from report_viewer.loading.redis_store import connect

pytestmark = pytest.mark.anyio

PATIENT = 600.0


@asynccontextmanager
async def tracked(cluster: RunningCluster, seconds: float = PATIENT) -> AsyncIterator[Tracking]:
    """What a viewer is told; a proof lasts for so long, and is looked for often."""
    client, tracking = connect(cluster.url), Tracking(seconds=seconds)
    tracker = create_tracker(cluster.url, client, tracking, seconds=0.2)
    watch = PrimaryWatch(client, *tracker.clients)
    assert finder_of(client) is not None
    watch.start()
    tracker.start()
    try:
        await wait.until_async(tracking.is_proven, "told by all")
        yield tracking
    finally:
        await tracker.close()
        await watch.close()
        await client.aclose(close_connection_pool=True)


async def looked_after(tracking: Tracking, node: EmbeddedNode, tenant_id: int) -> Unchanged:
    """What vouches for a tenant of a node, once something does."""
    with node.client() as asked:
        run = asked.info("server")["run_id"]
    found = await wait.until_async(lambda: tracking.of_tenant(tenant_id, run), "looked after")
    assert found is not None
    return found


async def until_ended(kept: Unchanged, why: str = "") -> None:
    """Wait until it holds no more."""
    await wait.until_async(lambda: not kept.holds, why)


async def until_proven_again(told: ServerTracking) -> None:
    """Wait until one more ping was answered."""
    before = told.proven_until
    await wait.until_async(lambda: told.proven_until > before)


async def test_a_change_is_told_by_the_node_that_has_it(
    cluster: RunningCluster, redis: Redis
) -> None:
    tenants = [cluster.tenants_of(each, 1)[0] for each in cluster.primaries]
    async with tracked(cluster) as tracking:
        kept = [
            await looked_after(tracking, *each)
            for each in zip(cluster.primaries, tenants, strict=True)
        ]
        redis.set(tenant_names.key(tenants[1]), "x")
        await until_ended(kept[1])
        assert [each.holds for each in kept] == [True, False, True]


async def test_a_map_of_before_is_forgotten_with_the_nodes_that_it_names(
    cluster: RunningCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another map comes while connections to the nodes of the one before are closed."""
    client, tracking = connect(cluster.url), Tracking(seconds=PATIENT)
    assert isinstance(client, AsyncClusterClient)
    await client.refresh()
    known = client.nodes_manager.slots_cache
    gone = [ClusterNode("127.0.0.1", 1)]
    client.nodes_manager.slots_cache = dict.fromkeys(known, gone)
    tracker = ClusterTracker(client, tracking, seconds=0.2)
    leave = tracker._leave

    async def leave_and_learn() -> None:
        await leave()
        client.nodes_manager.slots_cache = known

    monkeypatch.setattr(tracker, "_leave", leave_and_learn)
    tracker.start()
    try:
        await wait.until_async(tracking.is_proven, "told by those of now")
    finally:
        await tracker.close()
        await client.aclose(close_connection_pool=True)


@pytest.mark.parametrize("atomically", [True, False])
async def test_a_slot_that_moves_without_keys_ends_all_trust(
    cluster: RunningCluster, monkeypatch: pytest.MonkeyPatch, atomically: bool
) -> None:
    """Nothing is told of keys that are not there; who looks for them has to look elsewhere now."""
    monkeypatch.setattr(primary_watch, "EVERY_SECONDS", 600)
    source, target = cluster.primaries[:2]
    (tenant,) = cluster.tenants_of(source, 1)
    async with tracked(cluster) as tracking:
        kept = await looked_after(tracking, source, tenant)
        for here, there in ((source, target), (target, source)):
            if atomically:
                cluster.move_atomically(slot_of(tenant), here, there)
            else:
                cluster.begin_move(slot_of(tenant), here, there)
                cluster.end_move(slot_of(tenant), there)
            await until_ended(kept, "told by its pings")
            kept = await looked_after(tracking, there, tenant)


async def test_what_a_node_that_hangs_told_is_proven_no_more(cluster: RunningCluster) -> None:
    async with tracked(cluster, seconds=0.2) as tracking:
        others = {each.name: tracking.of_server(each.name) for each in cluster.primaries}
        hung = others.pop(cluster.primaries[0].name)
        with hanging(cluster.primaries[0]):
            await wait.until_async(lambda: not hung.is_proven())
            stopped = hung.proven_until
            for each in others.values():
                await until_proven_again(each)
            assert hung.proven_until <= stopped
        await wait.until_async(tracking.is_proven, "again")


async def test_a_node_that_is_cut_off_proves_nothing(cluster: RunningCluster) -> None:
    """It hears of no other node, and refuses what it has: it may have been replaced."""
    lonely, *others = cluster.primaries
    async with tracked(cluster) as tracking:
        told = tracking.of_server(lonely.name)
        (tenant,) = cluster.tenants_of(lonely, 1)
        kept = await looked_after(tracking, lonely, tenant)
        with hanging(others[0]), hanging(others[1]):
            await until_ended(kept, "refused")
            assert not told.is_proven()
        await wait.until_async(tracking.is_proven, "again")
