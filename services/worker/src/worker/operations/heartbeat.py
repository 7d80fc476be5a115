"""Heartbeat of the whole chain: scheduler, broker and a worker that takes jobs.

Every beat asks a worker to renew one key, so a key that is there says that jobs run.
"""

from typing import Final

from redis import Redis

TASK: Final = "workers.heartbeat"
KEY: Final = "analytics:workers:alive"
EVERY_SECONDS: Final = 20
LASTS_SECONDS: Final = 3 * EVERY_SECONDS


def record(redis: Redis) -> None:
    """Say that a worker is taking jobs."""
    redis.set(KEY, b"1", ex=LASTS_SECONDS)
