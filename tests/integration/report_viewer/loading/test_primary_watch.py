"""A viewer leaves a primary that was deposed and still answers."""

from pathlib import Path

import pytest
from redis import Redis
from tests.support import wait
from tests.support.sentinels import NAME, watched

from common.infra.redis import VIEWER, PrimaryPool, create_async_redis
from devstack.processes.sockets import LOOPBACK
from report_viewer.loading import primary_watch
from report_viewer.loading.primary_watch import PrimaryWatch

pytestmark = pytest.mark.anyio


async def test_what_the_sentinels_name_no_more_is_asked_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One Sentinel is told of another primary: the one before is cut off from it, and goes on."""
    monkeypatch.setattr(primary_watch, "EVERY_SECONDS", 0.01)
    with (
        watched(tmp_path, sentinels=1) as servers,
        Redis.from_url(servers.sentinels[0].url) as sentinel,
        Redis.from_url(servers.replica.url) as other,
    ):
        client = create_async_redis(servers.url, VIEWER)
        assert await client.set("who", "the first")
        watch = PrimaryWatch(client)
        watch.start()
        other.replicaof("NO", "ONE")
        other.set("who", "the second")
        sentinel.sentinel_remove(NAME)
        sentinel.sentinel_monitor(NAME, LOOPBACK, servers.replica.port, 1)
        sentinel.sentinel_set(NAME, "auth-pass", "of-the-servers")

        pool = client.connection_pool
        assert isinstance(pool, PrimaryPool)
        await wait.until_async(lambda: pool.master_address == (LOOPBACK, servers.replica.port))
        assert await client.get("who") == b"the second"
        with Redis.from_url(servers.primary.url) as first:
            assert first.get("who") == b"the first"
        await watch.close()
        await client.aclose()
