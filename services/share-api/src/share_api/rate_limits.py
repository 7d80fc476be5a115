"""Rate limits of log-ins, for each account and for each client address.

Attempts are counted per account and per address, before the password is checked: a hash costs
memory and a quarter of a second, which must not be an attacker's lever. The address is asked first:
one that is over its limit cannot use up an account's. A success clears the account's count, not the
address's. Without Redis no log-in succeeds anyway, so none is let through uncounted.
"""

import hashlib
from typing import Final

from redis import Redis

from common.infra.rate_limit import Limit, RateLimiter, RateLimitExceededError, address_network

LOGIN_SECONDS: Final = 300


class TooManyLoginsError(RateLimitExceededError):
    """Too many attempts to log in."""

    type = "too-many-logins"
    title = "Too many login attempts"
    what = "login attempts"


class LoginRateLimit:
    """Counts login attempts."""

    def __init__(self, redis: Redis, *, per_account: int, per_address: int) -> None:
        self._limiter = RateLimiter(redis)
        self._per_account = Limit("login-account", per_account, LOGIN_SECONDS)
        self._per_address = Limit("login-address", per_address, LOGIN_SECONDS)

    def check(self, email: str, address: str) -> None:
        """Count an attempt.

        Raises:
            TooManyLoginsError: the account or the address has used up its attempts.
            redis.RedisError: the count cannot be kept; no log-in is let through uncounted.
        """
        self._count(self._per_address, address_network(address))
        self._count(self._per_account, _digest(email))

    def is_exhausted(self, email: str) -> bool:
        """Whether the account has no attempt left for now."""
        return self._limiter.is_exhausted(self._per_account, _digest(email))

    def reset(self, email: str) -> None:
        """Forget the attempts of an account whose admin has logged in."""
        self._limiter.reset(self._per_account, _digest(email))

    def _count(self, limit: Limit, whom: str) -> None:
        seconds = self._limiter.hit(limit, whom)
        if seconds is not None:
            raise TooManyLoginsError(seconds)


def _digest(email: str) -> str:
    """A name for an account that puts no e-mail address into Redis."""
    return hashlib.sha256(email.encode()).hexdigest()
