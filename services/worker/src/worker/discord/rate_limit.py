"""Rate limit of calls to Discord over all workers: one at a time, none during a pause.

So a Discord that is slow holds one process, whatever waits, and one that limits us, or is down, is
asked by one job when the pause is over and not by all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

from redis import Redis

from common.reports_cache import scripts

LASTS_SECONDS: Final = 20
"""After this a turn is over, whatever became of its worker: longer than any attempt."""
_TURN: Final = "discord:turn"
_PAUSE: Final = "discord:pause"


class Turns:
    """Turns and pauses in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @contextmanager
    def take(self) -> Iterator[bool]:
        """Whether it is our turn, for as long as the block lasts."""
        token = uuid4().hex
        ours = bool(self._redis.set(_TURN, token, nx=True, ex=LASTS_SECONDS))
        try:
            yield ours
        finally:
            if ours:
                self._redis.eval(scripts.RELEASE, 1, _TURN, token)

    def pause(self, seconds: float) -> None:
        """Let nobody speak for so long."""
        self._redis.set(_PAUSE, b"1", px=max(1, int(seconds * 1000)))

    def left_of_pause(self) -> float:
        """How many seconds of a pause are left; 0 without one."""
        return max(0, int(self._redis.pttl(_PAUSE))) / 1000
