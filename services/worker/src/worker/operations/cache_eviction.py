"""Cache eviction: cached reports may fill only a part of Redis.

Redis evicts nothing (``noeviction``), as revocations, sessions and jobs are there too; a full one
refuses to write them. Reports and their forms can be made again, so they give way: when Redis is
filled beyond a mark, those that were read the longest time ago go first. Which is Redis' own
knowledge, so nothing is kept in step with it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final, TypeVar

from redis import Redis, RedisError
from redis.exceptions import OutOfMemoryError

from common.infra.nodes import on_each
from common.reports_cache.cache import REPORT_NAMES
from common.reports_cache.forms import FORM_NAMES

TASK: Final = "cache.make-room"
EVERY_SECONDS: Final = 15
FULL: Final = 0.7
"""The share of ``maxmemory`` at which reports begin to go."""
ENOUGH: Final = 0.6
"""The share at which they may stay."""
_AT_ONCE: Final = 500

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class _Cached:
    idle_seconds: int
    size: int
    name: bytes


def with_room(redis: Redis, store: Callable[[], T]) -> T:
    """What ``store`` answers; where Redis is too full for it, once more with room made.

    Raises:
        redis.RedisError: what ``store`` raises, when there is no room to make among others.
    """
    try:
        return store()
    except OutOfMemoryError:
        with suppress(RedisError, OSError):  # of another node of a cluster, or told once more below
            evict(redis)
        return store()


def evict(redis: Redis) -> int:
    """Drop reports until Redis is not too full; how many went. Costs one question when it is not.

    A server without ``maxmemory`` is never full. Each node of a cluster has one of its own.

    Raises:
        redis.RedisError: a server did not answer; the other nodes of a cluster have room.
    """
    return sum(on_each(redis, lambda node: _evict(node.redis)))


def _evict(redis: Redis) -> int:
    memory: dict[str, Any] = redis.info("memory")
    most, used = int(memory["maxmemory"]), int(memory["used_memory"])
    if not most or used <= FULL * most:
        return 0
    surplus = used - int(ENOUGH * most)
    dropped: list[bytes] = []
    for each in sorted(_cached(redis), reverse=True):
        if surplus <= 0:
            break
        dropped.append(each.name)
        surplus -= each.size
    if dropped:
        with redis.pipeline(transaction=False) as pipe:
            for name in dropped:
                pipe.unlink(name)
            pipe.execute()
    logger.warning(
        "Redis is filling up: cached reports were dropped",
        extra={"dropped": len(dropped), "used_bytes": used, "max_bytes": most},
    )
    return len(dropped)


def _cached(redis: Redis) -> Iterator[_Cached]:
    """Every cached report and form: for how long it was not read, and the bytes it takes."""
    names = chain.from_iterable(
        redis.scan_iter(match=each, count=_AT_ONCE) for each in (REPORT_NAMES, FORM_NAMES)
    )
    while batch := list(islice(names, _AT_ONCE)):
        with redis.pipeline(transaction=False) as pipe:
            for name in batch:
                pipe.object("idletime", name)
                pipe.memory_usage(name)
            found = pipe.execute(raise_on_error=False)
        for name, idle, size in zip(batch, found[::2], found[1::2], strict=True):
            if isinstance(idle, int) and isinstance(size, int):  # else it is gone by now
                yield _Cached(idle, size, name)
