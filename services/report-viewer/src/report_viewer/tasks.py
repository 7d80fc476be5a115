"""Background tasks: started once on the event loop, and cancelled until they are over.

A Redis client that is just connecting can swallow a cancellation, and a task cancelled once would
then be waited for without end.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

_AGAIN_SECONDS: Final = 0.5


class BackgroundTask:
    """Runs a coroutine function from ``start`` to ``close``, once.

    Args:
        run: what runs until it is cancelled.
    """

    def __init__(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._run = run
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the running event loop; a second start changes nothing."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Cancel the task until it has ended; its result or failure is not looked at."""
        while self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_AGAIN_SECONDS)
