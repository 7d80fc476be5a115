"""How often a login may be tried, per account and per address.

Checked before the password is: a hash costs memory and a quarter of a second, which must not be an
attacker's lever. Attempts are counted before they are verified, so that many at once do not slip
through together. The address is asked first: one that is over its limit cannot use up an account's.
A success clears the account's count, not the address's.
"""

import hashlib
import math
import time
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import Redis

WINDOW_SECONDS: Final = 300
_SITE_PREFIX: Final = 64
"""An IPv6 site has that many bits of its own: its addresses count as one."""


class TooManyLoginsError(Exception):
    """Too many attempts; another is worth trying after ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many login attempts. Try again in {retry_after} seconds.")
        self.retry_after = retry_after


class LoginThrottle:
    """Counts login attempts over a moving window in Redis."""

    def __init__(self, redis: Redis, *, per_account: int, per_address: int) -> None:
        storage = RedisStorage(
            "redis://", connection_pool=redis.connection_pool, key_prefix="login"
        )
        self._limiter = MovingWindowRateLimiter(storage)
        self._per_account = _limit(per_account, "account")
        self._per_address = _limit(per_address, "address")

    def admit(self, email: str, address: str) -> None:
        """Count an attempt.

        Raises:
            TooManyLoginsError: the account or the address has used up its attempts.
            redis.RedisError: the count cannot be kept; nobody is admitted uncounted.
        """
        self._hit(self._per_address, site_of(address))
        self._hit(self._per_account, _digest(email))

    def forgive(self, email: str) -> None:
        """Forget the attempts of an account whose admin has logged in."""
        self._limiter.clear(self._per_account, _digest(email))

    def _hit(self, limit: RateLimitItem, name: str) -> None:
        if not self._limiter.hit(limit, name):
            reset = self._limiter.get_window_stats(limit, name).reset_time
            raise TooManyLoginsError(max(1, math.ceil(reset - time.time())))


def site_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(IPv6Network((parsed, _SITE_PREFIX), strict=False))
    return str(parsed)


def _limit(amount: int, namespace: str) -> RateLimitItem:
    return RateLimitItemPerSecond(amount, WINDOW_SECONDS, namespace)


def _digest(email: str) -> str:
    """A name for an account that puts no e-mail address into Redis."""
    return hashlib.sha256(email.encode()).hexdigest()
