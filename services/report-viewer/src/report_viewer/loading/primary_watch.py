"""Primary watch: leaves a primary that was deposed, even while it still answers.

A primary that is cut off from its Sentinels does not know that another has taken its place, and
tells links active that were revoked since. So the Sentinels are asked again and again, not only
when a connection is made. So are the nodes of a cluster: one that hangs may wake up deposed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.infra.async_nodes import finder_of
from report_viewer.tasks import BackgroundTask

EVERY_SECONDS: Final = 1.0


class PrimaryWatch:
    """Asks who the primaries of ``clients`` are, where there is somebody to ask."""

    def __init__(self, *clients: Redis) -> None:
        self._clients = clients
        self._watching = BackgroundTask(self._watch)

    def start(self) -> None:
        """Begin to ask, on the running event loop."""
        self._watching.start()

    async def close(self) -> None:
        """Stop asking."""
        await self._watching.close()

    async def _watch(self) -> None:
        finders = [each for each in map(finder_of, self._clients) if each is not None]
        while finders:
            await asyncio.gather(*map(_find, finders))
            await asyncio.sleep(EVERY_SECONDS)


async def _find(finder: Callable[[], Awaitable[object]]) -> None:
    with suppress(RedisError, OSError):  # none answers: who has a connection goes on
        await finder()
