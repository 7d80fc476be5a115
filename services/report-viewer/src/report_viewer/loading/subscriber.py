"""Subscriber: one Redis subscription for the whole process, which wakes waiting requests.

A waiting request costs an event in a dictionary, no thread and no connection. Announcements are
hints: they may be missed while the connection is down, so a waiting request looks again by itself
now and then, and is woken whenever the subscription was made anew.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.reports_cache.cache import DONE_CHANNEL
from report_viewer.tasks import BackgroundTask

_LISTEN_SECONDS: Final = 5.0
_PAUSES: Final = (0.05, 0.2, 0.5, 1.0)

_log = logging.getLogger(__name__)


class Subscriber:
    """Wakes requests that wait for a key.

    Args:
        redis: a client that returns bytes, for this subscription alone.
        on_message: told each key that is announced.
    """

    def __init__(self, redis: Redis, *, on_message: Callable[[str], None]) -> None:
        self._redis = redis
        self._on_message = on_message
        self._listening = BackgroundTask(self._listen)
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def wake_on(self, *names: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever one of ``names`` is announced."""
        event = asyncio.Event()
        for name in names:
            self._waiting[name].add(event)
        try:
            yield event
        finally:
            for name in names:
                self._waiting[name].discard(event)
                if not self._waiting[name]:
                    del self._waiting[name]

    def start(self) -> None:
        """Begin to listen, on the running event loop."""
        self._listening.start()

    async def close(self) -> None:
        """Stop listening and close the connection."""
        await self._listening.close()
        await self._redis.aclose(close_connection_pool=True)

    async def _listen(self) -> None:
        """Listen until cancelled, through every loss of the connection."""
        failures = 0
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(DONE_CHANNEL)
                    while True:
                        message = await channel.get_message(timeout=_LISTEN_SECONDS)
                        failures = 0
                        if message is not None:
                            self._dispatch(message["type"], message["data"])
            except (RedisError, OSError) as error:
                if not failures:
                    _log.warning("not listening for finished reports: %s", error)
                await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1

    def _dispatch(self, kind: str, data: object) -> None:
        if kind == "subscribe":
            for name in list(self._waiting):
                self._wake(name)
        elif kind == "message" and isinstance(data, bytes):
            name = data.decode("utf-8", errors="replace")
            self._on_message(name)
            self._wake(name)

    def _wake(self, name: str) -> None:
        for event in self._waiting.get(name, ()):
            event.set()
