"""Key tracker: one connection on which Redis tells of every tenant's key that changes.

It is Redis' client tracking in broadcasting mode, over RESP3. Pings go the same way, so that each
answer proves what was told up to it; what that is good for is said in ``cache.tracking``. Without
it, as on a server whose rules forbid it, the viewer asks Redis about each link again and again.
"""

import asyncio
import logging
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ClusterDownError, MovedError, RedisError, ResponseError

from common.infra.redis import VIEWER, create_async_redis
from common.links import popularity, view_counts
from report_viewer.cache.tracking import ServerTracking
from report_viewer.loading.server_epoch import ServerEpoch
from report_viewer.tasks import BackgroundTask

_PINGS: Final = 4
"""So many are sent while one proof lasts."""
_PAUSES: Final = (0.05, 0.2, 0.5, 1.0)
_FORBIDDEN_SECONDS: Final = 60.0
_TENANT: Final = re.compile(rb"\{(\d{1,19})\}:")
_PONG: Final = b"PONG"

_log = logging.getLogger(__name__)


class KeyTracker:
    """Keeps ``tracking`` told.

    Args:
        redis_url: where it connects, on its start.
        tracking: what it tells.
        seconds: how long a proof lasts; with 0 nothing is tracked.
        probes: commands that go with each ping. Where one is answered otherwise than before, any
            key may have changed; where one is refused, nothing is proven.
    """

    def __init__(
        self,
        redis_url: str,
        tracking: ServerTracking,
        *,
        seconds: float,
        probes: Sequence[tuple[str, ...]] = (),
    ) -> None:
        self._probes = probes
        self._epoch = ServerEpoch()
        self._tracking = tracking
        self._seconds = seconds
        self._task = BackgroundTask(self._track)
        # Whenever the connection is made anew, by whomever, tracking begins anew.
        self.redis: Redis = create_async_redis(
            redis_url, VIEWER, on_connect=self._begin, protocol=3
        )

    @property
    def clients(self) -> tuple[Redis, ...]:
        """The client whose primary is to be watched."""
        return (self.redis,)

    def start(self) -> None:
        """Begin, on the running event loop."""
        if self._seconds > 0:
            self._task.start()

    async def close(self) -> None:
        """Stop and close the connection."""
        await self._task.close()
        await self.redis.aclose(close_connection_pool=True)

    async def _track(self) -> None:
        """Listen until cancelled, through every loss of the connection."""
        failures = 0
        while True:
            pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
            try:
                await self._listen()
            except (ClusterDownError, MovedError) as error:
                _log.warning("a node serves its keys no more: %s", error)
            except ResponseError as error:
                _log.warning("Redis does not tell of changes, and is asked for them: %s", error)
                pause = _FORBIDDEN_SECONDS
            except (RedisError, OSError) as error:
                if not failures:
                    _log.warning("not told of changes: %s", error)
            failures = 0 if self._tracking.proven_until > time.monotonic() else failures + 1
            self._tracking.end()
            await asyncio.sleep(pause)

    async def _listen(self) -> None:
        pool = self.redis.connection_pool
        connection = await pool.get_connection()  # type: ignore[no-untyped-call] # redis-py has no types for it
        try:
            await self._ping(connection)
        finally:
            await connection.disconnect()
            with suppress(RedisError, OSError):
                await pool.release(connection)

    async def _begin(self, connection: AbstractConnection) -> None:
        """Set a new connection up: what it tells is of its server's run."""
        await self._epoch.on_connect(connection)
        # The client has a public way to hand pushes over for Pub/Sub alone.
        parser: Any = connection._parser  # noqa: SLF001
        parser.set_invalidation_push_handler(self._told)
        await connection.send_command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "{")
        await connection.read_response()
        self._tracking.begin(self._epoch.of(connection))

    async def _ping(self, connection: AbstractConnection) -> None:
        """Ping again and again, and take what is told meanwhile, until the connection is lost."""
        every = self._seconds / _PINGS
        known: list[Any] = []
        while True:
            asked = time.monotonic()
            for probe in self._probes:
                await connection.send_command(*probe, check_health=False)
            await connection.send_command("PING", check_health=False)
            found = []
            while (answer := await self._answer(connection, since=asked)) != _PONG:
                if answer is not None:  # what was told is
                    found.append(answer)
            if found != known:
                known = found
                self._tracking.change_all()
            self._tracking.prove(asked)
            while (left := asked + every - time.monotonic()) > 0:
                await connection.read_response(timeout=left, push_request=True)

    async def _answer(self, connection: AbstractConnection, *, since: float) -> Any:
        """What comes next; None for what is told.

        Raises:
            redis.RedisError: the connection is lost.
            TimeoutError: nothing came for so long.
        """
        left = since + VIEWER.answer_seconds - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer to a ping")
        return await connection.read_response(timeout=left, push_request=True)

    async def _told(self, push: list[Any]) -> None:
        """Take the names of keys that have changed; none of them are all."""
        _, names = push
        if names is None:
            self._tracking.change_all()
            return
        for name in names:
            found = _TENANT.match(name)
            if found is not None and name[found.end() :] not in _COUNTS:
                self._tracking.change(int(found[1]))


def _suffix(name: str) -> bytes:
    return name.encode("ascii").partition(b"}:")[2]


_COUNTS: Final = frozenset({_suffix(view_counts.key(0)), _suffix(popularity.key(0))})
"""Keys that change with every view, and that no page is made of."""
