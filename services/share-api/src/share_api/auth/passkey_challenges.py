"""Challenges of passkeys: random, kept for five minutes in Redis, and each used once.

A challenge belongs to whoever asked for it: to a session that adds a passkey, or to the cookie of a
browser that logs in. Redis takes it away in the moment it is read, so that nothing that was shown
once is taken again.
"""

import hashlib
import secrets
from enum import StrEnum
from typing import Final

from redis import Redis

CHALLENGE_COOKIE: Final = "analytics_passkey"
"""What a browser that logs in is known by until it has."""
CHALLENGE_SECONDS: Final = 300
_BYTES: Final = 32


class Ceremony(StrEnum):
    """What a challenge is for: one for the one is none for the other."""

    ADD = "add"
    LOG_IN = "log-in"


class PasskeyChallenges:
    """Challenges in Redis. ``redis`` is a client that returns bytes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def issue(self, ceremony: Ceremony, holder: str) -> bytes:
        """A new challenge for a holder, in place of the one it may have.

        Raises:
            redis.RedisError: Redis did not take it.
        """
        challenge = secrets.token_bytes(_BYTES)
        self._redis.set(_key(ceremony, holder), challenge, ex=CHALLENGE_SECONDS)
        return challenge

    def take(self, ceremony: Ceremony, holder: str) -> bytes | None:
        """The challenge of a holder, which is none from now on; None where it has none.

        Raises:
            redis.RedisError: it cannot be known.
        """
        found = self._redis.getdel(_key(ceremony, holder))
        return found if isinstance(found, bytes) and len(found) == _BYTES else None


def _key(ceremony: Ceremony, holder: str) -> str:
    return f"passkey:{ceremony}:{hashlib.sha256(holder.encode()).hexdigest()}"
