"""Rate limits of log-ins, for each account and for each client address.

Attempts are counted per account and per address, before the password is checked: a hash costs
memory and a quarter of a second, which must not be an attacker's lever. The address is asked first:
one that is over its limit cannot use up an account's. A success clears the account's count, not the
address's. Without Redis nobody logs in anyway, so nobody is admitted uncounted.
"""

import hashlib
from typing import Final

from redis import Redis

from common.infra.rate_limit import Limit, Throttle, ThrottledError, site_of

LOGIN_SECONDS: Final = 300


class TooManyLoginsError(ThrottledError):
    """Too many attempts to log in."""

    what = "login attempts"


class LoginThrottle:
    """Counts login attempts."""

    def __init__(self, redis: Redis, *, per_account: int, per_address: int) -> None:
        self._throttle = Throttle(redis)
        self._per_account = Limit("login-account", per_account, LOGIN_SECONDS)
        self._per_address = Limit("login-address", per_address, LOGIN_SECONDS)

    def admit(self, email: str, address: str) -> None:
        """Count an attempt.

        Raises:
            TooManyLoginsError: the account or the address has used up its attempts.
            redis.RedisError: the count cannot be kept; nobody is admitted uncounted.
        """
        self._count(self._per_address, site_of(address))
        self._count(self._per_account, _digest(email))

    def exhausted(self, email: str) -> bool:
        """Whether the account has no attempt left for now."""
        return self._throttle.used_up(self._per_account, _digest(email))

    def forgive(self, email: str) -> None:
        """Forget the attempts of an account whose admin has logged in."""
        self._throttle.forget(self._per_account, _digest(email))

    def _count(self, limit: Limit, whom: str) -> None:
        seconds = self._throttle.count(limit, whom)
        if seconds is not None:
            raise TooManyLoginsError(seconds)


def _digest(email: str) -> str:
    """A name for an account that puts no e-mail address into Redis."""
    return hashlib.sha256(email.encode()).hexdigest()
