"""A viewer leaves a primary that was deposed and still answers."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from redis import Redis
from tests.support import wait
from tests.support.samples import Sample
from tests.support.sentinels import watched

from common.infra.redis import VIEWER, PrimaryPool, create_async_redis
from common.links.state import LinkState
from devstack.processes.sockets import LOOPBACK
from report_viewer.loading import primary_watch
from report_viewer.loading.primary_watch import PrimaryWatch
from report_viewer.loading.redis_store import (
    STATE,
    RedisStore,
    Snapshot,
    SnapshotQuery,
    connect,
)
from report_viewer.loading.server_epoch import ServerEpoch
from report_viewer.problems.errors import StoreUnavailableError

pytestmark = pytest.mark.anyio


async def test_what_the_sentinels_name_no_more_is_asked_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one before is cut off from its only Sentinel, and goes on."""
    monkeypatch.setattr(primary_watch, "EVERY_SECONDS", 0.01)
    with (
        watched(tmp_path, sentinels=1) as servers,
        Redis.from_url(servers.replica.url) as other,
    ):
        client = create_async_redis(servers.url, VIEWER)
        assert await client.set("who", "the first")
        watch = PrimaryWatch(client)
        watch.start()
        servers.part()
        other.set("who", "the second")
        servers.name_the_replica()

        pool = client.connection_pool
        assert isinstance(pool, PrimaryPool)
        await wait.until_async(lambda: pool.master_address == (LOOPBACK, servers.replica.port))
        assert await client.get("who") == b"the second"
        with Redis.from_url(servers.primary.url) as first:
            assert first.get("who") == b"the first"
        await watch.close()
        await client.aclose()


async def test_what_a_deposed_primary_answers_late_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hangs, one is asked on an old connection and one on a new; another is named meanwhile."""
    monkeypatch.setattr(primary_watch, "EVERY_SECONDS", 0.01)
    with (
        watched(tmp_path, sentinels=1) as servers,
        Redis.from_url(servers.replica.url) as other,
        Redis.from_url(servers.primary.url) as first,
    ):
        sample = Sample()
        sample.activate(first)
        servers.part()
        sample.revoke(other)
        epoch = ServerEpoch()
        client = connect(servers.url, epoch)
        store, watch = RedisStore(client, epoch), PrimaryWatch(client)

        async def ask() -> list[Snapshot]:
            return await store.read_all([SnapshotQuery(sample.claims, STATE)])

        assert (await ask())[0].state is LinkState.ACTIVE
        assert servers.primary.process is not None
        os.kill(servers.primary.process.pid, signal.SIGSTOP)
        try:
            late = [asyncio.ensure_future(ask()) for _ in range(2)]
            await asyncio.sleep(0.1)
            servers.name_the_replica()
            watch.start()
            assert (await ask())[0].state is LinkState.REVOKED
        finally:
            os.kill(servers.primary.process.pid, signal.SIGCONT)
        for answer in await asyncio.gather(*late, return_exceptions=True):
            if not isinstance(answer, StoreUnavailableError):
                assert not isinstance(answer, BaseException)
                assert answer[0].state is LinkState.REVOKED
        await watch.close()
        await client.aclose()
