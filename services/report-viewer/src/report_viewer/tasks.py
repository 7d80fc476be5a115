"""Ends a background task for certain: cancelled again until it is over.

A Redis client that is just connecting can swallow a cancellation, and a task cancelled once would
then be waited for without end.
"""

import asyncio
from typing import Final

_AGAIN_SECONDS: Final = 0.5


async def end(task: "asyncio.Task[None] | None") -> None:
    """Cancel ``task`` until it has ended; its result or failure is not looked at."""
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_AGAIN_SECONDS)
