"""Rate limits of Discord: reports of a guild, guesses at codes, codes of a tenant."""

from typing import Final

from redis import Redis

from common.http.wording import Wording
from common.infra.rate_limit import Limit, RateLimiter, RateLimitExceededError

REPORTS: Final = Limit("discord-reports", 20, 60)
"""Reports that a guild is shown: each makes a link and a message."""
GUESSES_OF_USER: Final = Limit("discord-guesses-user", 5, 300)
GUESSES_IN_GUILD: Final = Limit("discord-guesses-guild", 10, 300)
CODES: Final = Limit("discord-codes", 20, 900)
"""Codes that a tenant's admins are given, in the time that one lasts."""


class TooManyCommandsError(RateLimitExceededError):
    """Too many commands, guesses or codes."""

    type = "too-many-codes"
    title = "Too many codes"
    what = Wording("Too many commands or codes.")


class CommandRateLimit:
    """Counts in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._limiter = RateLimiter(redis)

    def check(self, limit: Limit, whom: str) -> None:
        """Count one.

        Raises:
            TooManyCommandsError: it is one too many.
            redis.RedisError: the count cannot be kept.
        """
        self._limiter.check(limit, whom, TooManyCommandsError)
