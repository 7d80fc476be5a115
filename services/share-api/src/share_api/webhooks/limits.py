"""Rate limit of events: of each connection, counted once their signature is known to be good.

What is not signed well costs one look-up by a key, and is not counted: anyone could use up the
count of a connection whose address they know. Without Redis nothing is counted, and events are
taken: what waits is bounded by the inbox itself.
"""

from typing import Final

from redis import Redis, RedisError

from common.http.wording import Wording
from common.infra.rate_limit import Limit, RateLimiter, RateLimitExceededError

_SECONDS: Final = 60


class TooManyEventsError(RateLimitExceededError):
    """More events of a connection than are taken in a minute; the platform sends them again."""

    type = "too-many-events"
    title = "Too many events"
    what = Wording("Too many events of this connection.")


class EventRateLimit:
    """Counts events in Redis."""

    def __init__(self, redis: Redis, *, per_connection: int) -> None:
        self._limiter = RateLimiter(redis)
        self._limit = Limit("webhook-events", per_connection, _SECONDS)

    def check(self, whom: str) -> None:
        """Count an event.

        Raises:
            TooManyEventsError: it is one too many.
        """
        try:
            self._limiter.check(self._limit, whom, TooManyEventsError)
        except (RedisError, OSError):
            return
