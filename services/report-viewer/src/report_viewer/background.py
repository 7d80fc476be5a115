"""Tasks that run as long as the viewer does, and how they are ended."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

_CANCEL_AGAIN_SECONDS: Final = 0.2


async def every(seconds: float, do: Callable[[], Awaitable[object]]) -> None:
    """Do something now and every so many seconds, until cancelled."""
    while True:
        await do()
        await asyncio.sleep(seconds)


async def end(task: "asyncio.Task[Any] | None") -> None:
    """Cancel a task and wait for its end."""
    # Asked again until it ends: a Redis client that is just connecting can swallow a cancellation.
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_CANCEL_AGAIN_SECONDS)
