"""Dead letters: messages that no task takes are set aside in Redis, where they can be looked at.

A bounded list, the latest first, each entry a JSON object. What does not fit is dropped from its
end; the log has a line of each.
"""

import json
import logging
from typing import Final

from redis import Redis, RedisError

from common import instants

KEY: Final = "analytics:dead-letters"
MOST_KEPT: Final = 1000
_MOST_CHARACTERS: Final = 4096

_log = logging.getLogger(__name__)


class DeadLetters:
    """Keeps messages that were rejected."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def add(self, queue: object, message: object, error: BaseException) -> None:
        """Set a message aside, its text cut to a few thousand characters, and log it."""
        why = type(error).__name__
        _log.error("a message was rejected", extra={"queue": str(queue)[:100], "error": why})
        entry = {
            "at": instants.iso(instants.now()),
            "queue": str(queue)[:100],
            "error": why,
            "message": repr(message)[:_MOST_CHARACTERS],
        }
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.lpush(KEY, json.dumps(entry))
                pipe.ltrim(KEY, 0, MOST_KEPT - 1)
                pipe.execute()
        except (RedisError, OSError) as failure:
            _log.warning("it was not set aside", extra={"error": type(failure).__name__})
