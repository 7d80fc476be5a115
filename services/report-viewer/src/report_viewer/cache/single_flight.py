"""Single flight: one run for all requests that want the same at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
    """Runs what is asked for under a key, once for all callers while it runs.

    A caller that gives up does not end it for the others; an error is raised in all of them.
    """

    def __init__(self) -> None:
        self._running: dict[K, asyncio.Task[V]] = {}

    async def run(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        """The result of ``make``, or of the run of ``key`` that is under way."""
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.ensure_future(_awaited(make))
            task.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(task)

    def _end(self, key: K, done: "asyncio.Task[V]") -> None:
        del self._running[key]
        if not done.cancelled():
            done.exception()  # retrieved, also when every caller has given up


async def _awaited(make: Callable[[], Awaitable[V]]) -> V:
    return await make()
