"""What concerns each node of a cluster by itself: one that is away keeps none of the others."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis import Redis, RedisError
from sqlalchemy import Engine
from tests.support import wait
from tests.support.clusters import EmbeddedNode, RunningCluster, hanging, slot_of
from tests.support.revoked_links import revoked_link
from tests.support.samples import Sample

from common.infra import nodes
from common.infra.redis import ADMIN, create_redis
from common.links.state import LinkState, LinkStateStore, state_key
from common.reports_cache.cache import REPORT_NAMES, ReportCache
from worker.links.revocation_sweep import sweep_revocations
from worker.operations import cache_eviction
from worker.operations.shared_state import SWEPT

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
EACH = pytest.mark.parametrize("place", [0, 1], ids=["the first", "another"])


@pytest.fixture
def asking(cluster: RunningCluster) -> Iterator[Redis]:
    """A client that does not wait for long, and knows the nodes."""
    with create_redis(cluster.url, ADMIN) as client:
        client.get("known")
        yield client


@contextmanager
def slot_without_node(cluster: RunningCluster, slot: int) -> Iterator[None]:
    for each in cluster.primaries:
        with each.client() as node:
            node.execute_command("CLUSTER DELSLOTS", slot)
    try:
        yield
    finally:
        with cluster.primaries[0].client() as node:
            node.execute_command("CLUSTER ADDSLOTS", slot)


@EACH
def test_services_are_ready_while_a_node_serves(
    asking: Redis, cluster: RunningCluster, caplog: pytest.LogCaptureFixture, place: int
) -> None:
    nodes.check(asking)
    hung = cluster.primaries[place]
    with hanging(hung):
        nodes.check(asking)
    assert hung.name in {getattr(each, "node", None) for each in caplog.records}
    with ExitStack() as stack:
        for each in cluster.primaries:
            stack.enter_context(hanging(each))
        with pytest.raises(RedisError):
            nodes.check(asking)


def test_slots_without_a_node_are_told(
    asking: Redis, cluster: RunningCluster, caplog: pytest.LogCaptureFixture
) -> None:
    with slot_without_node(cluster, 0):
        nodes.check(asking)
    assert [each.slots for each in caplog.records if hasattr(each, "slots")] == [1]
    caplog.clear()

    def whole() -> bool:
        caplog.clear()
        nodes.check(asking)
        return not caplog.records

    wait.until(whole, "every slot has a node")


@EACH
def test_each_node_makes_room_while_another_hangs(
    asking: Redis, cluster: RunningCluster, place: int
) -> None:
    full = cluster.primaries[2]
    tenant = cluster.tenants_of(full, 1)[0]
    fields = {"version": b"1", "meta": b"x", "csv": bytes(100_000)}
    for _ in range(40):
        sample = Sample(tenant_id=tenant, report=f"r{uuid4().hex}")
        ReportCache(asking, keep_seconds=600).store(sample.key, fields)
    with full.client() as node:
        most = node.config_get("maxmemory")["maxmemory"]
        node.config_set("maxmemory", node.info("memory")["used_memory"] + 1000)
        before = len(list(node.scan_iter(match=REPORT_NAMES)))
        try:
            with hanging(cluster.primaries[place]), pytest.raises(RedisError):
                cache_eviction.evict(asking)
            assert len(list(node.scan_iter(match=REPORT_NAMES))) < before
            node.config_set("maxmemory", node.info("memory")["used_memory"] + 1000)
            late = Sample(tenant_id=tenant, report=f"r{uuid4().hex}")
            with hanging(cluster.primaries[place]):
                cache_eviction.with_room(
                    asking, lambda: ReportCache(asking, keep_seconds=600).store(late.key, fields)
                )
            assert node.exists(late.key.cached)
        finally:
            node.config_set("maxmemory", most)


def test_what_came_back_to_a_node_is_compared_from_the_beginning(
    redis: Redis, cluster: RunningCluster, service_engine: Engine
) -> None:
    """A node believes what it was told before a slot left, whatever happened until it came back."""
    link = revoked_link(service_engine, "s", now=NOW)
    states, name = LinkStateStore(redis), state_key(link.tenant_id, link.link_id)
    home = cluster.owner(link.tenant_id)
    away = next(each for each in cluster.primaries if each is not home)
    sweep_revocations(service_engine, redis, now=NOW)
    redis.delete(name)
    states.activate(link)  # a copy of before, of the node's own run
    note_as_if_swept(redis, home, NOW - timedelta(hours=2))
    slot = slot_of(link.tenant_id)
    cluster.move_atomically(slot, home, away)
    sweep_revocations(service_engine, redis, now=NOW)  # of home without the tenant
    redis.delete(name)
    states.activate(link, epoch=run_of(home))  # as if what was written away had not come about
    cluster.move_atomically(slot, away, home)
    nodes.check(redis)
    assert states.read([link]) == [LinkState.ACTIVE], "before the sweep"
    sweep_revocations(service_engine, redis, now=NOW)
    assert states.read([link]) == [LinkState.REVOKED]


def note_as_if_swept(redis: Redis, of: EmbeddedNode, until: datetime) -> None:
    node = next(each for each in nodes.nodes_of(redis) if each.name == of.name)
    note = node.redis.get(node.key(SWEPT))
    assert isinstance(note, bytes)
    run, _, share = note.decode().split()
    node.redis.set(node.key(SWEPT), f"{run} {until.timestamp()} {share}")


def run_of(node: EmbeddedNode) -> str:
    with node.client() as asked:
        return str(asked.info("server")["run_id"])
