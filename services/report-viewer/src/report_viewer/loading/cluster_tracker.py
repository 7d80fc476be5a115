"""Cluster tracker: a key tracker of each primary of a cluster, for as long as it is one.

A node tells of its own keys. Whether they still are its own is asked with each ping: which slots
are whose, and a key of a slot that is its own, as a node that is cut off from most others refuses
it. So what a node tells proves as much as its answer would. When the viewer learns of another
owner by other ways, all begins anew.
"""

import asyncio
from typing import Final

from redis.asyncio import Redis

from common.infra.cluster.async_client import AsyncClusterClient
from report_viewer.cache.tracking import Tracking
from report_viewer.loading.key_tracker import KeyTracker
from report_viewer.tasks import BackgroundTask

EVERY_SECONDS: Final = 0.5


class ClusterTracker:
    """Keeps ``tracking`` told by each primary that ``redis`` knows of.

    Args:
        redis: the client that reads; somebody else has it ask which nodes are the primaries.
        tracking: what it tells.
        seconds: how long a proof lasts; with 0 nothing is tracked.
    """

    def __init__(self, redis: AsyncClusterClient, tracking: Tracking, *, seconds: float) -> None:
        self._redis = redis
        self._tracking = tracking
        self._seconds = seconds
        self._owners: tuple[tuple[str, int], ...] = ()
        self._trackers: dict[str, KeyTracker] = {}
        self._task = BackgroundTask(self._follow)

    @property
    def clients(self) -> tuple[Redis, ...]:
        """None whose primary is to be watched: those are known from ``redis``."""
        return ()

    def start(self) -> None:
        """Begin, on the running event loop."""
        if self._seconds > 0:
            self._task.start()

    async def close(self) -> None:
        """Stop and close the connections."""
        await self._task.close()
        await self._leave()

    async def _follow(self) -> None:
        while True:
            if self._redis.owners() != self._owners:
                await self._leave()
                self._owners = self._redis.owners()  # another map may have come meanwhile
                for name in dict(self._owners):
                    self._track(name)
            await asyncio.sleep(EVERY_SECONDS)

    def _track(self, name: str) -> None:
        probes = (("CLUSTER", "SLOTS"), ("EXISTS", self._redis.key_of(name)))
        self._trackers[name] = KeyTracker(
            self._redis.url_of(name),
            self._tracking.of_server(name),
            seconds=self._seconds,
            probes=probes,
        )
        self._trackers[name].start()

    async def _leave(self) -> None:
        trackers, self._trackers, self._owners = self._trackers, {}, ()
        for name in trackers:
            self._tracking.leave(name)
        for each in trackers.values():
            await each.close()


def create_tracker(
    redis_url: str, redis: Redis, tracking: Tracking, *, seconds: float
) -> KeyTracker | ClusterTracker:
    """What keeps ``tracking`` told of what the client ``redis`` reads, by whatever is behind it."""
    if isinstance(redis, AsyncClusterClient):
        return ClusterTracker(redis, tracking, seconds=seconds)
    return KeyTracker(redis_url, tracking.of_server(), seconds=seconds)
