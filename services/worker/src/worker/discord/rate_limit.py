"""Rate limit of calls to Discord over all workers: one at a time, none during a pause.

So a slow Discord holds one process, whatever waits; one that limits us, or is down, is asked by one
job when the pause is over and not by all.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from redis import Redis
from redis.exceptions import LockNotOwnedError

LOCK_SECONDS: Final = 20
"""After this the lock is free, whatever became of its worker: longer than any attempt."""
_LOCK: Final = "discord:turn"
_PAUSE: Final = "discord:pause"


class DiscordRateLimit:
    """The lock and the pause, in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @contextmanager
    def acquire(self) -> Iterator[bool]:
        """Whether this worker may call, for as long as the block lasts.

        Raises:
            redis.RedisError: Redis did not answer.
        """
        lock = self._redis.lock(_LOCK, timeout=LOCK_SECONDS, blocking=False)
        if not lock.acquire():
            yield False
            return
        try:
            yield True
        finally:
            with suppress(LockNotOwnedError):  # it lapsed meanwhile, and may be another's
                lock.release()

    def pause(self, seconds: float) -> None:
        """Let no worker call for so long."""
        self._redis.set(_PAUSE, b"1", px=max(1, int(seconds * 1000)))

    def pause_left(self) -> float:
        """How many seconds of a pause are left; 0 without one."""
        return max(0, int(self._redis.pttl(_PAUSE))) / 1000
