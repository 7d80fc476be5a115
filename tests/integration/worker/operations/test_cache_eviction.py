"""Reports give way before Redis is full; nothing else does."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import OutOfMemoryError
from tests.integration.worker.conftest import window

from common.reports_cache.cache import (
    ReportCache,
    ReportKey,
)
from devstack.embedded.valkey import EmbeddedValkey
from worker.operations import cache_eviction

MEGABYTE = 1024 * 1024


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Redis]:
    """A server of 40 MB."""
    with (
        EmbeddedValkey(tmp_path / "valkey", password="secret", max_memory="40mb") as server,
        Redis.from_url(server.url) as client,
    ):
        yield client


def fill(redis: Redis, tenants: range) -> list[ReportKey]:
    """A report of one megabyte for each tenant."""
    cache = ReportCache(redis, keep_seconds=600)
    keys = [ReportKey(tenant_id, "revenue-overview", window()) for tenant_id in tenants]
    for key in keys:
        cache.store(key, {"csv": os.urandom(MEGABYTE), "version": b"1"})
    return keys


def test_what_was_not_read_for_longest_goes_first(small: Redis) -> None:
    small.set("session", "x", ex=600)
    small.set("{1}:link:abc", "revoked", ex=600)
    keys = fill(small, range(20))
    assert cache_eviction.evict(small) == 0, "half full"
    time.sleep(2.1)
    read = keys[:5]
    for key in read:
        small.hget(key.cached, "csv")
    newer = fill(small, range(20, 30))
    dropped = cache_eviction.evict(small)
    assert 2 <= dropped <= 15
    assert int(small.info("memory")["used_memory"]) <= cache_eviction.FULL * 40 * MEGABYTE
    assert small.exists(*(key.cached for key in read + newer)) == len(read) + len(newer)
    assert small.exists("session", "{1}:link:abc") == 2
    assert cache_eviction.evict(small) == 0


def test_a_full_server_takes_a_report_after_room_was_made(small: Redis) -> None:
    with pytest.raises(OutOfMemoryError):
        fill(small, range(60))
    assert cache_eviction.evict(small) > 0
    fill(small, range(60, 62))


def test_without_a_limit_nothing_goes(small: Redis) -> None:
    small.config_set("maxmemory", 0)
    fill(small, range(3))
    assert cache_eviction.evict(small) == 0
