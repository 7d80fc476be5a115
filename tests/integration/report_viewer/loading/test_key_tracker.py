"""Redis tells of keys that change; whatever happens to that, no page is shown for it too long."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import Run
from tests.support import wait
from tests.support.samples import Sample
from tests.support.sentinels import watched

from common.links import popularity, view_counts
from devstack.embedded.valkey import EmbeddedValkey
from report_viewer.cache.tracking import ServerTracking as Tracking
from report_viewer.cache.tracking import Unchanged
from report_viewer.loading import primary_watch
from report_viewer.loading.key_tracker import KeyTracker
from report_viewer.loading.primary_watch import PrimaryWatch

pytestmark = pytest.mark.anyio

HOT = {"REPORT_VIEWER_LOCAL_SECONDS": 0.8}
PATIENT = wait.PATIENCE_SECONDS


@asynccontextmanager
async def tracking_of(url: str, *, seconds: float = PATIENT) -> AsyncIterator[Tracking]:
    """What a server tells; its proofs last as long as a slow machine may need."""
    tracking = Tracking(seconds=seconds)
    tracker = KeyTracker(url, tracking, seconds=0.2)
    tracker.start()
    try:
        yield tracking
    finally:
        await tracker.close()


async def until_told(tracking: Tracking, url: str, tenant_id: int = 7) -> Unchanged:
    """Wait until the server tells of changes; the tenant is looked after from now on."""
    await wait.until_async(tracking.is_proven)
    with Redis.from_url(url) as redis:
        found = tracking.of_tenant(tenant_id, redis.info("server")["run_id"])
    assert found is not None
    return found


async def test_a_tenants_changes_are_told_and_views_are_none(
    own_redis: EmbeddedValkey,
) -> None:
    async with tracking_of(own_redis.url) as tracking:
        kept = await until_told(tracking, own_redis.url)
        others = [await until_told(tracking, own_redis.url, tenant) for tenant in (8, 77)]
        with Redis.from_url(own_redis.url) as redis:
            redis.rpush(view_counts.key(7), b"a batch")
            redis.zincrby(popularity.key(7), 1, "a report")
            redis.set("analytics:of-nobody", b"1")
            redis.set("{8}:data", b"1")
            await wait.until_async(lambda: not others[0].holds)
            assert kept.holds
            redis.set("{7}:link:of-any-name", b"revoked", px=1)
            await wait.until_async(lambda: not kept.holds)
            again = await until_told(tracking, own_redis.url)
            redis.flushall()
            await wait.until_async(lambda: not again.holds)
            await wait.until_async(lambda: not others[1].holds)


async def test_a_lost_connection_ends_all_trust_and_comes_back(own_redis: EmbeddedValkey) -> None:
    async with tracking_of(own_redis.url) as tracking:
        kept = await until_told(tracking, own_redis.url)
        with Redis.from_url(own_redis.url) as redis:
            redis.client_kill_filter(skipme=True)
            await wait.until_async(lambda: not kept.holds)
            again = await until_told(tracking, own_redis.url)
            redis.set("{7}:data", b"2")
            await wait.until_async(lambda: not again.holds)
        own_redis.stop()
        await wait.until_async(lambda: not tracking.is_proven())


async def test_a_server_that_hangs_proves_nothing(own_redis: EmbeddedValkey) -> None:
    async with tracking_of(own_redis.url, seconds=0.2) as tracking:
        await until_told(tracking, own_redis.url)
        assert own_redis.process is not None
        os.kill(own_redis.process.pid, signal.SIGSTOP)
        try:
            await wait.until_async(lambda: not tracking.is_proven())
            stopped = tracking.proven_until
            await asyncio.sleep(0.3)
            assert tracking.proven_until <= stopped
        finally:
            os.kill(own_redis.process.pid, signal.SIGCONT)
        await wait.until_async(tracking.is_proven)


async def test_a_server_that_forbids_it_is_asked_as_before(
    run: Run, own_redis: EmbeddedValkey
) -> None:
    sample = Sample()
    with Redis.from_url(own_redis.url) as redis:
        redis.acl_setuser(
            "viewer", enabled=True, passwords=["+secret"], keys=["*"], channels=["*"],
            commands=["+@all", "-client|tracking"],
        )  # fmt: skip
        sample.activate(redis)
        sample.store(redis)
        port = redis.get_connection_kwargs()["port"]
        async with run(REDIS_URL=f"redis://viewer:secret@127.0.0.1:{port}/0", **HOT) as client:
            assert (await client.get(sample.path)).status_code == 200
            assert "report_viewer_tracking 0.0" in (await client.get("/metrics")).text
            await asyncio.to_thread(sample.revoke, redis)
            await _until(client, sample.path, 403)


async def _until(client: httpx.AsyncClient, path: str, status: int) -> None:
    deadline = time.monotonic() + wait.PATIENCE_SECONDS
    while (await client.get(path)).status_code != status:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_a_link_that_nothing_changes_is_not_asked_for_again(
    run: Run, own_redis: EmbeddedValkey
) -> None:
    sample = Sample()
    with Redis.from_url(own_redis.url) as redis:
        sample.activate(redis)
        sample.store(redis)

        def asked() -> int:
            return int(redis.info("commandstats").get("cmdstat_hmget", {}).get("calls", 0))

        async def asked_in_two_seconds() -> int:
            before, until = asked(), time.monotonic() + 2
            while time.monotonic() < until:
                assert (await client.get(sample.path)).status_code == 200
                await asyncio.sleep(0.01)
            return asked() - before

        async with run(REDIS_URL=own_redis.url, **HOT) as client:
            for _ in range(100):  # on a machine that stands still now and then, it may be
                if not await asked_in_two_seconds():
                    break
            else:
                pytest.fail("it is asked for again and again")
            await asyncio.to_thread(sample.revoke, redis)
            revoked = time.monotonic()
            await _until(client, sample.path, 403)
            assert time.monotonic() - revoked < wait.PATIENCE_SECONDS


async def test_a_deposed_primary_is_believed_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cut off from its only Sentinel, and goes on telling that nothing changes."""
    monkeypatch.setattr(primary_watch, "EVERY_SECONDS", 0.01)
    with watched(tmp_path, sentinels=1) as servers:
        tracking = Tracking(seconds=PATIENT)
        tracker = KeyTracker(servers.url, tracking, seconds=0.2)
        watch = PrimaryWatch(tracker.redis)
        tracker.start()
        watch.start()
        try:
            kept = await until_told(tracking, servers.primary.url)
            servers.part()
            servers.name_the_replica()
            await wait.until_async(lambda: not kept.holds)
            await until_told(tracking, servers.replica.url)
        finally:
            await watch.close()
            await tracker.close()
