"""Worker heartbeat: whether workers take jobs, read from Redis every few seconds.

The scheduler, the broker and a worker together renew it every twenty seconds. It is missed only
when it has been away for longer than that: an emptied Redis, or a worker that starts again, is no
reason to tell every reader.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from report_viewer.tasks import BackgroundTask

KEY: Final = "analytics:workers:alive"
EVERY_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 30.0

Exists = Callable[[str], Awaitable[bool | None]]


class WorkerHeartbeat:
    """Watches the workers' heartbeat.

    Args:
        exists: whether a key is there; None when Redis does not say, which says nothing of workers.
        turned: told when workers are found to have gone, or to have come back.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self,
        exists: Exists,
        *,
        turned: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exists = exists
        self._turned = turned
        self._clock = clock
        self._was_gone = False
        self._missing_since: float | None = None
        self._watching = BackgroundTask(self._watch)

    def is_gone(self) -> bool:
        """Whether the workers have given no sign for longer than they may."""
        since = self._missing_since
        return since is not None and self._clock() - since >= PATIENCE_SECONDS

    def start(self) -> None:
        """Begin to watch, on the running event loop."""
        self._watching.start()

    async def close(self) -> None:
        """Stop watching."""
        await self._watching.close()

    async def check(self) -> None:
        """Read it once."""
        there = await self._exists(KEY)
        if there:
            self._missing_since = None
        elif there is False and self._missing_since is None:
            self._missing_since = self._clock()
        if self._was_gone != self.is_gone():
            self._was_gone = not self._was_gone
            self._turned()

    async def _watch(self) -> None:
        while True:
            await self.check()
            await asyncio.sleep(EVERY_SECONDS)
