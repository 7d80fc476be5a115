"""Primary watch: leaves a primary that Sentinels have deposed, even while it still answers.

A primary that is cut off from its Sentinels does not know that another has taken its place, and
tells links active that were revoked since. So the Sentinels are asked again and again, not only
when a connection is made.
"""

import asyncio
from contextlib import suppress
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.infra.redis import PrimaryPool
from report_viewer.tasks import BackgroundTask

EVERY_SECONDS: Final = 1.0


class PrimaryWatch:
    """Asks the Sentinels of ``redis``, if it has any, who its primary is."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._watching = BackgroundTask(self._watch)

    def start(self) -> None:
        """Begin to ask, on the running event loop."""
        self._watching.start()

    async def close(self) -> None:
        """Stop asking."""
        await self._watching.close()

    async def _watch(self) -> None:
        pool = self._redis.connection_pool
        while isinstance(pool, PrimaryPool):
            with suppress(RedisError, OSError):  # none answers: who has a connection goes on
                await pool.find_primary()
            await asyncio.sleep(EVERY_SECONDS)
