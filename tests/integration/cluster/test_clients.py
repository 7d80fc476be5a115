"""Clients of a cluster of which nodes hang, move or come back elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import pytest
from redis import Redis, RedisError
from redis.client import PubSub
from redis.exceptions import ClusterDownError, ResponseError
from tests.support import wait
from tests.support.clusters import RunningCluster, hanging, slot_of

from common.infra.cluster import client as cluster_client
from common.infra.cluster.address import cluster_of
from common.infra.cluster.pools import ClusterPools
from common.infra.redis import ADMIN, create_async_redis, create_redis
from devstack.processes.sockets import LOOPBACK

pytestmark = pytest.mark.anyio

NODES = range(3)


def keys_of(cluster: RunningCluster) -> list[str]:
    """A key of each primary."""
    return [f"{{{cluster.tenants_of(each, 1)[0]}}}:x" for each in cluster.primaries]


@pytest.fixture
async def reader(anyio_backend: str, cluster: RunningCluster) -> AsyncIterator[Any]:
    """A new client of an event loop, with the time-outs that it is served with."""
    client = create_async_redis(cluster.url, ADMIN)
    yield client
    await client.aclose(close_connection_pool=True)


@pytest.mark.parametrize("number", NODES)
async def test_new_clients_serve_the_others_while_a_node_hangs(
    cluster: RunningCluster, reader: Any, number: int
) -> None:
    """Whichever it is, and though they never met it before."""
    hung, keys = cluster.primaries[number], keys_of(cluster)
    others = [key for key, node in zip(keys, cluster.primaries, strict=True) if node is not hung]
    with hanging(hung), create_redis(cluster.url, ADMIN) as client:
        for key in others:
            assert client.set(key, "x")
            assert await reader.get(key) == b"x"


async def test_many_single_reads_at_once_wait_for_a_connection(
    cluster: RunningCluster, reader: Any
) -> None:
    (key, *others) = keys_of(cluster)
    await asyncio.gather(*(reader.get(key) for _ in range(5 * (ADMIN.connections or 0))))
    assert await reader.exists(key, *others) == 0
    with pytest.raises(RedisError, match="has no key"):
        await reader.ping()


def tell_of(cluster: RunningCluster, kind: str, name: str) -> None:
    """Have each node tell clients of all by their host names, or by their addresses."""
    for each in cluster.primaries:
        with each.client() as node:
            node.config_set("cluster-announce-hostname", name)
            node.config_set("cluster-preferred-endpoint-type", kind)
    for each in cluster.primaries:
        with each.client() as node:
            wait.until(lambda: tells(node, name or LOOPBACK), "all know")


def tells(node: Redis, address: str) -> bool:
    rows = node.execute_command("CLUSTER SLOTS")
    return {row[2][0] for row in rows} == {address}


async def test_a_cluster_that_comes_back_with_other_addresses_is_found_by_those_named(
    cluster: RunningCluster, reader: Any
) -> None:
    """Nobody is at the addresses that the clients were told last."""
    keys = keys_of(cluster)
    with create_redis(cluster.url, ADMIN) as client:
        tell_of(cluster, "hostname", "127.0.0.9")
        try:
            with pytest.raises(RedisError):
                client.set(keys[0], "x")
            with pytest.raises(RedisError):
                await reader.get(keys[0])
        finally:
            tell_of(cluster, "ip", "")
        wait.until(lambda: all(is_set(client, each) for each in keys), "found")
        assert [await read_at_last(reader, each) for each in keys] == [b"x"] * len(keys)
    await reader.refresh()
    assert reader._pools.names == {each.name for each in cluster.primaries}, "none of those before"


def is_set(client: Redis, key: str) -> bool:
    try:
        return bool(client.set(key, "x"))
    except RedisError:
        return False


async def read_at_last(reader: Any, key: str) -> bytes:
    """What is read once it can be."""
    for _ in range(wait.LOOKS):
        try:
            found = await reader.get(key)
        except RedisError:
            await asyncio.sleep(0.02)
        else:
            assert isinstance(found, bytes)
            return found
    raise AssertionError("not found again")


def test_a_script_is_told_to_the_node_that_runs_it(cluster: RunningCluster) -> None:
    """Another that hangs keeps nobody from counting."""
    keys = keys_of(cluster)
    with create_redis(cluster.url, ADMIN) as client:
        script = client.register_script("return redis.call('INCR', KEYS[1])")
        client.set(keys[0], "x")
        with hanging(cluster.primaries[0]):
            assert [script(keys=[keys[1]]) for _ in range(2)] == [1, 2]
    known = []
    for each in cluster.primaries:
        with each.client() as node:
            known += node.script_exists(script.sha)
    assert known == [False, True, False]


def test_a_pipeline_asks_once_where_what_is_when_the_cluster_is_down(
    cluster: RunningCluster, redis: Redis
) -> None:
    """However many commands it has: they are not sent again one by one."""
    asked, count = cluster.primaries[1], 20
    key = keys_of(cluster)[1]
    redis.get(key)
    with down(cluster), asked.client() as node:
        before = calls(node)
        with redis.pipeline(transaction=False) as pipe:
            for _ in range(count):
                pipe.get(key)
            answers = pipe.execute(raise_on_error=False)
        after = calls(node)
    assert {type(each) for each in answers} == {ClusterDownError}
    assert after - before == count


def calls(node: Redis) -> int:
    """How many GETs a node was sent, those that it refused too."""
    told = node.info("commandstats").get("cmdstat_get", {})
    return int(told.get("calls", 0)) + int(told.get("rejected_calls", 0))


@contextmanager
def down(cluster: RunningCluster) -> Iterator[None]:
    """No node serves anything, as one slot has none."""
    for each in cluster.primaries:
        with each.client() as node:
            node.config_set("cluster-require-full-coverage", "yes")
            node.execute_command("CLUSTER DELSLOTS", 0)
    wait.until(lambda: states_of(cluster) == {"fail"}, "down")
    try:
        yield
    finally:
        with cluster.primaries[0].client() as node:
            node.execute_command("CLUSTER ADDSLOTS", 0)
        for each in cluster.primaries:
            with each.client() as node:
                node.config_set("cluster-require-full-coverage", "no")
        wait.until(lambda: states_of(cluster) == {"ok"}, "up")


def states_of(cluster: RunningCluster) -> set[str]:
    """What the nodes say of the cluster."""
    found = set()
    for each in cluster.primaries:
        with each.client() as node:
            found.add(node.execute_command("CLUSTER INFO")["cluster_state"])
    return found


async def test_the_pool_of_a_node_that_left_is_closed_once_nobody_waits(
    cluster: RunningCluster,
) -> None:
    address, name = cluster_of(f"{cluster.url}?client_name=pooled"), "pooled"
    assert address is not None
    pools = ClusterPools(address, {})
    idle, busy, stays = (each.name for each in cluster.primaries)
    for each in (idle, busy, stays):
        await pools.of(each).ping()
    waiting = await pools.of(busy).connection_pool.get_connection()
    await pools.keep([stays])
    assert pools.names == {busy, stays}
    await wait.until_async(lambda: named(cluster, name) == [0, 1, 1], "left")
    await pools.of(busy).connection_pool.release(waiting)
    await pools.keep([stays])
    await wait.until_async(lambda: named(cluster, name) == [0, 0, 1], "left")
    await pools.aclose()
    assert not pools.names


def test_what_was_inherited_is_used_by_no_thread(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by one that comes while another begins anew, after a fork."""
    client: Any = redis
    inherited = client.cluster
    found: list[Any] = []

    def lock() -> Any:
        if not found:
            found.append(inherited)
            found.append(client.cluster)
        return Lock()

    monkeypatch.setattr(cluster_client, "Lock", lock)
    client._process = 0
    assert client.cluster is not inherited
    assert found[1] is not inherited


def test_a_client_that_is_closed_has_no_connections(cluster: RunningCluster) -> None:
    name = "to-be-closed"
    client: Any = create_redis(f"{cluster.url}?client_name={name}", ADMIN)
    for key in keys_of(cluster):
        client.set(key, "x")
    kept = client.cluster
    assert all(named(cluster, name))
    client.close()
    wait.until(lambda: not any(named(cluster, name)), "closed")
    assert kept is not client.cluster
    client.close()


def named(cluster: RunningCluster, name: str) -> list[int]:
    """How many connections of that name each node has."""
    found = []
    for each in cluster.primaries:
        with each.client() as node:
            found.append(sum(row["name"] == name for row in node.client_list()))
    return found


def test_an_error_tells_which_command_of_a_pipeline_it_is_of(
    cluster: RunningCluster, redis: Redis
) -> None:
    first, second, _ = keys_of(cluster)
    with redis.pipeline(transaction=False) as pipe:
        pipe.set(first, "x")
        pipe.set(second, "x")
        pipe.lpush(second, "y")
        with pytest.raises(ResponseError) as refused:
            pipe.execute()
    assert f"Command # 3 (LPUSH {second} y) of pipeline" in str(refused.value)


@pytest.mark.parametrize("moved", [True, False])
def test_what_is_told_of_a_write_is_heard_after_it_when_that_went_elsewhere(
    cluster: RunningCluster, redis: Redis, moved: bool
) -> None:
    """As its slot has moved, or is about to."""
    source, target = cluster.primaries[:2]
    (tenant,) = cluster.tenants_of(source, 1)
    key, channel, written = f"{{{tenant}}}:x", "told", "__keyevent@0__:set"
    redis.get(key)
    cluster.begin_move(slot_of(tenant), source, target)
    if moved:
        cluster.end_move(slot_of(tenant), target)
    with target.client() as node, node.pubsub(ignore_subscribe_messages=True) as heard:
        node.config_set("notify-keyspace-events", "E$")
        heard.subscribe(channel, written)
        with redis.pipeline(transaction=False) as pipe:
            pipe.set(key, "x")
            pipe.publish(channel, "")
            pipe.execute()
        told: list[str] = []
        wait.until(lambda: hears(heard, told) == [written, channel], "the write, then the word")
        node.config_set("notify-keyspace-events", "")
    cluster.end_move(slot_of(tenant), target)
    cluster.move_atomically(slot_of(tenant), target, source)


def hears(listening: PubSub, told: list[str]) -> list[str]:
    """The channels of the last two messages of all that were told."""
    message = listening.get_message()
    if message is not None:
        told.append(message["channel"])
    return told[-2:]
