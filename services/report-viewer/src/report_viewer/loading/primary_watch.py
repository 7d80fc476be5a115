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
    """Asks the Sentinels of ``clients``, if they have any, who their primary is."""

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
        pools = [each.connection_pool for each in self._clients]
        watched = [each for each in pools if isinstance(each, PrimaryPool)]
        while watched:
            await asyncio.gather(*map(_find_primary, watched))
            await asyncio.sleep(EVERY_SECONDS)


async def _find_primary(pool: PrimaryPool) -> None:
    with suppress(RedisError, OSError):  # none answers: who has a connection goes on
        await pool.find_primary()
