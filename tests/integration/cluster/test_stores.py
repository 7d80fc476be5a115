"""What is kept in a cluster, whichever of its nodes has it."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from math import inf
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis import Redis, RedisError
from redis.exceptions import OutOfMemoryError
from sqlalchemy import Engine
from tests.support.clusters import RunningCluster, hanging
from tests.support.revoked_links import revoked_link
from tests.support.samples import Sample

from accounts.provisioning import create_tenant
from analytics.admin import erase_tenant
from analytics.restoring.collect import surviving
from common.infra import nodes
from common.infra.rate_limit import Limit, RateLimiter, tenant_bucket
from common.infra.redis import ADMIN, create_redis
from common.infra.refusals import Refusal, refusal_of
from common.links import brand, popularity, tenant_names, view_counts
from common.links.brand import Brand
from common.links.popularity import ViewedReport
from common.links.state import LinkRef, LinkState, LinkStateStore, state_key
from common.links.tenant_names import TenantName
from common.links.view_counts import Views
from common.reports_cache import copies, readiness
from common.reports_cache.cache import ReportCache
from common.reports_cache.claims import CachePolicy, Claims
from share_api.auth.sessions import NoSessionError, SessionStore
from worker.discord.rate_limit import DiscordRateLimit
from worker.links import revocation_sweep
from worker.operations import cache_eviction, heartbeat
from worker.operations.dead_letters import DeadLetters
from worker.operations.shared_state import SWEPT, SharedState
from worker.reports.lease import Leases

TENANTS = range(1, 13)
"""Of which each node has some."""
NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
FAR = datetime(2090, 1, 1, tzinfo=UTC)
MEGABYTE = 2**20


def samples() -> list[Sample]:
    return [Sample(tenant_id=each) for each in TENANTS]


def test_each_node_has_some_of_the_tenants(cluster: RunningCluster) -> None:
    assert {cluster.owner(each).port for each in TENANTS} == {n.port for n in cluster.primaries}


def test_states_are_right_for_every_tenant(redis: Redis) -> None:
    states, links = LinkStateStore(redis), [each.ref for each in samples()]
    assert states.read(links) == [None] * len(links)
    for link in links:
        states.activate(link)
    assert states.read(links) == [LinkState.ACTIVE] * len(links)
    assert len({states.epoch(each) for each in TENANTS}) == 3, "the run of the key's own node"
    states.revoke(links[::2])
    assert states.read(links) == [LinkState.REVOKED, LinkState.ACTIVE] * (len(links) // 2)
    for link in links:
        states.restore(link, LinkState.ACTIVE, epoch=states.epoch(link.tenant_id))
    assert states.read(links)[0] is LinkState.REVOKED, "for good"


def test_a_state_of_another_nodes_run_opens_nothing(redis: Redis, cluster: RunningCluster) -> None:
    """As it comes with a slot that has moved."""
    states = LinkStateStore(redis)
    first, second = (Sample(tenant_id=cluster.tenants_of(n, 1)[0]) for n in cluster.primaries[:2])
    states.activate(first.ref, epoch=states.epoch(second.tenant_id))
    assert states.read([first.ref]) == [None]


def test_reports_and_what_belongs_to_them(redis: Redis) -> None:
    cache, claims, leases = ReportCache(redis, keep_seconds=600), Claims(redis), Leases(redis)
    for sample in samples():
        token = claims.claim(sample.key, seconds=60, enough=CachePolicy.ANY)
        assert token is not None
        assert claims.claim(sample.key, seconds=60, enough=CachePolicy.ANY) is None
        with leases.hold(sample.key) as lease:
            assert lease is not None
            meta = sample.store(redis)
        assert cache.meta(sample.key) == meta
        assert copies.read_document(redis, sample.key) is not None
        assert readiness.unready(redis, [sample.key], lasting_seconds=1) == []
        taken = copies.take(redis, sample.key)
        redis.delete(sample.key.cached)
        copies.bring_back(redis, sample.key, taken, seconds=60)
        assert copies.take(redis, sample.key) == taken
        cache.fail(sample.key)
        assert brand.store(redis, sample.tenant_id, Brand(1, "Acme"), b"logo")
    cache.announce_many(dict.fromkeys(TENANTS, 10**6))
    assert all(readiness.unready(redis, [each.key], lasting_seconds=1) for each in samples())
    tenant_names.store_many(redis, {each: TenantName(f"S{each}", "UTC") for each in TENANTS})
    for each in TENANTS:
        named = tenant_names.parse(redis.get(tenant_names.key(each)))  # type: ignore[arg-type]
        assert named == TenantName(f"S{each}", "UTC")


def test_views_are_counted_and_reports_ranked(redis: Redis) -> None:
    link = uuid4()
    view_counts.append(redis, {(each, link): Views(each, 0, NOW) for each in TENANTS})
    viewed = ViewedReport("revenue-overview", Sample().window)
    popularity.record(redis, {(each, viewed): each for each in TENANTS})
    assert view_counts.tenants(redis) == popularity.tenants(redis) == tuple(TENANTS)
    for each in TENANTS:
        (entry,) = view_counts.waiting(redis, each, 10)
        assert entry.batch is not None
        assert entry.batch.views[link].views == each
        view_counts.remove(redis, each, [entry])
        view_counts.forget(redis, each)
        assert popularity.top(redis, each, 5) == (viewed,)
        popularity.fade(redis, each, 0.001)
    assert view_counts.tenants(redis) == ()
    assert popularity.tenants(redis) == (), "faded away"


def test_sessions(redis: Redis) -> None:
    store, key = SessionStore(redis, life_seconds=1000, idle_seconds=1000), b"k" * 32
    ids = [store.create(each, None, generation=0, key=key, now=NOW) for each in TENANTS]
    for admin_id, session_id in zip(TENANTS, ids, strict=True):
        session = store.read(session_id, now=NOW)
        assert session.admin_id == admin_id
        store.choose_tenant(session_id, session, 7, key=key)
        assert store.read(session_id, now=NOW).tenant_id == 7
        assert store.end(session_id, now=NOW) is not None
        with pytest.raises(NoSessionError):
            store.read(session_id, now=NOW)


def test_rate_limits_locks_and_the_rest(redis: Redis) -> None:
    limiter, limit = RateLimiter(redis), Limit("tests", 2, 60)
    for bucket in (*map(tenant_bucket, TENANTS), "192.0.2.1"):
        assert [limiter.hit(limit, bucket) for _ in range(2)] == [None, None]
        assert limiter.is_exhausted(limit, bucket)
        assert limiter.hit(limit, bucket) is not None
        limiter.reset(limit, bucket)
        assert limiter.hit(limit, bucket, 2) is None
    turn = DiscordRateLimit(redis)
    with turn.acquire() as mine, turn.acquire() as theirs:
        assert (mine, theirs) == (True, False)
    turn.pause(60)
    assert turn.pause_left() > 0


def metrics_of(redis: Redis, broker: Redis) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for metric in SharedState(redis, broker).collect()
        for sample in metric.samples
    }


def test_metrics_are_those_of_each_node(
    redis: Redis, cluster: RunningCluster, redis_client: Redis, service_engine: Engine
) -> None:
    revocation_sweep.sweep_revocations(service_engine, redis, now=NOW)
    DeadLetters(redis).add("reports", {}, ValueError())
    heartbeat.record(redis)
    found = metrics_of(redis, redis_client)
    assert found["analytics_redis_up",] == found["analytics_workers_alive",] == 1
    assert found["analytics_dead_letters",] == 1
    for node in cluster.primaries:
        assert found["analytics_redis_node_up", node.name] == 1
        assert found["analytics_redis_used_bytes", node.name] > 0
        assert found["analytics_redis_max_bytes", node.name] > 0
        assert found["analytics_revocation_sweep_age_seconds", node.name] > 0


def test_a_node_that_was_never_swept_is_told(
    redis: Redis, cluster: RunningCluster, redis_client: Redis, service_engine: Engine
) -> None:
    revocation_sweep.sweep_revocations(service_engine, redis, now=NOW)
    lacking, *others = nodes.nodes_of(redis)
    lacking.redis.delete(lacking.key(SWEPT))
    found = metrics_of(redis, redis_client)
    assert found["analytics_revocation_sweep_age_seconds", lacking.name] == inf
    for node in others:
        assert found["analytics_revocation_sweep_age_seconds", node.name] < inf


def test_metrics_tell_which_node_is_away(cluster: RunningCluster, redis_client: Redis) -> None:
    hung, *others = cluster.primaries
    with create_redis(cluster.url, ADMIN) as asking:
        assert metrics_of(asking, redis_client)["analytics_redis_up",] == 1
        with hanging(hung):
            found = metrics_of(asking, redis_client)
    assert found["analytics_redis_up",] == found["analytics_redis_node_up", hung.name] == 0
    assert {found["analytics_redis_node_up", each.name] for each in others} == {1}


@pytest.fixture
def revoked(service_engine: Engine) -> list[LinkRef]:
    """Links that the ledger alone knows as revoked, of twelve tenants."""
    return [revoked_link(service_engine, f"s{number}", now=NOW) for number in TENANTS]


def test_the_sweep_goes_by_nodes(
    redis: Redis, cluster: RunningCluster, service_engine: Engine, revoked: list[LinkRef]
) -> None:
    states = LinkStateStore(redis)
    sweep = revocation_sweep.sweep_revocations
    assert sweep(service_engine, redis, now=NOW) == len(revoked)
    assert states.read(revoked) == [LinkState.REVOKED] * len(revoked)
    assert sweep(service_engine, redis, now=NOW) == 0
    emptied = cluster.primaries[1]
    with emptied.client() as node:
        node.flushall()
    lost = [each for each in revoked if cluster.owner(each.tenant_id) is emptied]
    assert 0 < len(lost) < len(revoked)
    assert sweep(service_engine, redis, now=NOW) == len(lost), "its note went with the rest"
    surviving_count, facts = surviving(redis, NOW)
    assert surviving_count == len(facts) == len(revoked)


def test_one_node_that_is_full_makes_room_and_no_other(
    redis: Redis, cluster: RunningCluster, small: RunningCluster
) -> None:
    full = small.primaries[0]
    tenants, other = small.tenants_of(full, 3), small.tenants_of(small.primaries[1], 1)[0]
    kept = Sample(tenant_id=other)
    kept.store(redis)
    with pytest.raises(OutOfMemoryError) as refused:
        fill(redis, tenants)
    assert refusal_of(refused.value) is Refusal.FULL
    assert nodes.address_of(refused.value) == full.name
    states = LinkStateStore(redis)
    states.revoke([Sample(tenant_id=each).ref for each in tenants])  # forgets where it cannot write
    assert cache_eviction.evict(redis) > 0
    store_large(redis, Sample(tenant_id=tenants[0]))
    assert redis.exists(kept.key.cached)


def fill(redis: Redis, tenants: list[int]) -> None:
    for _ in range(200):
        for each in tenants:
            store_large(redis, Sample(tenant_id=each, report=f"r{uuid4().hex}"))


def store_large(redis: Redis, sample: Sample) -> None:
    fields = {"version": b"1", "meta": b"x", "csv": b"x" * (MEGABYTE // 2)}
    ReportCache(redis, keep_seconds=600).store(sample.key, fields)


@pytest.fixture
def small(cluster: RunningCluster) -> Iterator[RunningCluster]:
    """The first node holds little more than it does now."""
    with cluster.primaries[0].client() as node:
        before = node.config_get("maxmemory")["maxmemory"]
        node.config_set("maxmemory", node.info("memory")["used_memory"] + 12 * MEGABYTE)
        yield cluster
        node.config_set("maxmemory", before)


def test_a_tenant_is_erased_on_whichever_node(
    redis: Redis, cluster: RunningCluster, owner_url: str, service_engine: Engine
) -> None:
    ids = {
        slug: create_tenant(service_engine, slug=slug, name="S", currency="EUR", timezone="UTC")
        for slug in ("ours", "theirs")
    }
    for tenant_id in ids.values():
        sample = Sample(tenant_id=tenant_id)
        sample.activate(redis)
        sample.store(redis)
        view_counts.append(redis, {(tenant_id, sample.link_id): Views(1, 0, NOW)})
        RateLimiter(redis).hit(Limit("tests", 2, 60), tenant_bucket(tenant_id))
    erased = erase_tenant.erase_tenant([owner_url], cluster.url, slug="ours", really=True, now=NOW)
    assert (erased.keys, erased.keys_left) == (5, 0)
    assert view_counts.tenants(redis) == (ids["theirs"],)
    assert len(list(nodes.scan(redis, f"*{{{ids['theirs']}}}*", count=100))) == 5


def test_a_pipeline_tells_of_the_node_that_refuses(redis: Redis, small: RunningCluster) -> None:
    full = small.primaries[0]
    with full.client() as node:
        node.config_set("maxmemory", 1)
    names = [state_key(each, UUID(int=0)) for each in TENANTS]
    with redis.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.set(name, "x")
        answers = pipe.execute(raise_on_error=False)
    refusals = [each for each in answers if isinstance(each, OutOfMemoryError)]
    assert {nodes.address_of(each) for each in refusals} == {full.name}
    mine = [each for each in TENANTS if small.owner(each) is full]
    assert len(refusals) == len(mine)
    nodes.check(redis)


def test_a_node_that_hangs_leaves_the_others_swept(
    cluster: RunningCluster, service_engine: Engine, revoked: list[LinkRef]
) -> None:
    hung = cluster.primaries[1]
    swept = [each for each in revoked if cluster.owner(each.tenant_id) is not hung]
    sweep = revocation_sweep.sweep_revocations
    with create_redis(cluster.url, ADMIN) as redis:
        states = LinkStateStore(redis)
        assert states.read(revoked) == [None] * len(revoked)
        with hanging(hung), pytest.raises(RedisError):
            sweep(service_engine, redis, now=NOW)
        assert states.read(swept) == [LinkState.REVOKED] * len(swept)
        assert sweep(service_engine, redis, now=NOW) == len(revoked) - len(swept)


@pytest.mark.parametrize("number", [0, 1])
def test_a_pipeline_that_meets_a_node_that_hangs_tells_the_others(
    cluster: RunningCluster, redis: Redis, number: int
) -> None:
    hung = cluster.primaries[number]
    with create_redis(cluster.url, ADMIN) as asking, asking.pipeline(transaction=False) as pipe:
        for each in TENANTS:
            pipe.set(tenant_names.key(each), "x")
        with hanging(hung), pytest.raises(RedisError):
            pipe.execute()
    told = {each for each in TENANTS if redis.get(tenant_names.key(each)) == b"x"}
    assert told >= {each for each in TENANTS if cluster.owner(each) is not hung}


def test_a_child_that_was_forked_connects_by_itself(redis: Redis) -> None:
    """As a process of a worker's pool does, whatever its parent was about at that moment."""
    redis.set("{1}:x", "parent")
    cluster: Any = redis
    with cluster._making:
        child = os.fork()
        if child == 0:
            os._exit(0 if redis.get("{1}:x") == b"parent" and redis.set("{1}:x", "child") else 1)
        assert os.waitpid(child, 0)[1] == 0
    assert redis.get("{1}:x") == b"child"
