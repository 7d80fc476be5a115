"""Rate limits of log-ins, for each client address, and for each account from each address.

Attempts are counted before the password is checked: a hash costs memory and a quarter of a second,
which must not be an attacker's lever. The address is asked first: one that is over its limit cannot
use up another count. A success clears the count of its account from its address.

No address locks an account out for another. An account that is tried from many addresses becomes
slow, not closed; and a device its admin has logged in from is counted by its own failures alone.
Without Redis no log-in succeeds anyway, so none is let through uncounted. Previews of reports are
counted for each tenant, where they have to be computed.
"""

import hashlib
from typing import Final

from redis import Redis

from common.http.wording import Wording
from common.infra.rate_limit import (
    Limit,
    RateLimiter,
    RateLimitExceededError,
    address_network,
    tenant_bucket,
)

LOGIN_SECONDS: Final = 300
SLOW_AFTER: Final = 10
"""An account is slow once it was tried from anywhere as often as by so many addresses."""
SLOW_SECONDS: Final = 2.0
PREVIEW_SECONDS: Final = 3600
PREVIEWS_PER_TENANT: Final = 300
"""Reports that are not cached may be computed so often for a shop's own admins."""


class TooManyLoginsError(RateLimitExceededError):
    """Too many attempts to log in."""

    type = "too-many-logins"
    title = "Too many login attempts"
    what = Wording("Too many login attempts.")


class TooManyPreviewsError(RateLimitExceededError):
    """Too many computations for previews of one tenant."""

    type = "too-many-previews"
    title = "Too many previews"
    what = Wording("Too many previews were computed.")


class LoginRateLimit:
    """Counts login attempts."""

    def __init__(self, redis: Redis, *, per_account: int, per_address: int) -> None:
        self._limiter = RateLimiter(redis)
        self._per_pair = Limit("login-pair", per_account, LOGIN_SECONDS)
        self._per_device = Limit("login-device", per_account, LOGIN_SECONDS)
        self._per_account = Limit("login-account", per_account * SLOW_AFTER, LOGIN_SECONDS)
        self._per_address = Limit("login-address", per_address, LOGIN_SECONDS)

    def check(self, email: str, address: str) -> float:
        """Count an attempt of an unknown device; the seconds it has to be kept waiting, mostly 0.

        Raises:
            TooManyLoginsError: the address has used up its attempts, or those on the account.
            redis.RedisError: the count cannot be kept; no log-in is let through uncounted.
        """
        self.check_address(address)
        self._count(self._per_pair, attempts_of(email, address))
        over = self._limiter.hit(self._per_account, _digest(email)) is not None
        return SLOW_SECONDS if over else 0.0

    def check_address(self, address: str) -> None:
        """Count an attempt by whoever it may be.

        Raises:
            TooManyLoginsError: the address has used up its attempts.
            redis.RedisError: the count cannot be kept; no log-in is let through uncounted.
        """
        self._count(self._per_address, address_network(address))

    def trusts(self, device: str) -> bool:
        """Whether a known device has not failed too often of late."""
        return not self._limiter.is_exhausted(self._per_device, _digest(device))

    def distrust(self, device: str) -> None:
        """Count a wrong password from a known device."""
        self._limiter.hit(self._per_device, _digest(device))

    def is_exhausted(self, attempts: str) -> bool:
        """Whether no attempt is left for now, of those that ``attempts_of`` names."""
        return self._limiter.is_exhausted(self._per_pair, attempts)

    def reset(self, attempts: str) -> None:
        """Forget the attempts that ``attempts_of`` names: the admin has logged in."""
        self._limiter.reset(self._per_pair, attempts)

    def _count(self, limit: Limit, whom: str) -> None:
        seconds = self._limiter.hit(limit, whom)
        if seconds is not None:
            raise TooManyLoginsError(seconds)


class PreviewRateLimit:
    """Counts computations that previews of reports ask for."""

    def __init__(self, redis: Redis) -> None:
        self._limiter = RateLimiter(redis)
        self._per_tenant = Limit("previews-tenant", PREVIEWS_PER_TENANT, PREVIEW_SECONDS)

    def check(self, tenant_id: int) -> None:
        """Count a computation for a tenant.

        Raises:
            TooManyPreviewsError: the tenant has used up those of this hour.
            redis.RedisError: the count cannot be kept; nothing is computed uncounted.
        """
        self._limiter.check(self._per_tenant, tenant_bucket(tenant_id), TooManyPreviewsError)


def attempts_of(email: str, address: str) -> str:
    """The name under which an address's attempts on an account are counted."""
    return _digest(f"{email}\0{address_network(address)}")


def _digest(text: str) -> str:
    """A name that puts no e-mail address into Redis."""
    return hashlib.sha256(text.encode()).hexdigest()
