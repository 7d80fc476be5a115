"""Rate limits of unlocking: passwords tried per link from an address, and per address.

Counted before a password is compared, which costs memory and a tenth of a second. No address's
attempts count for another: nobody is locked out of a link by who guesses its password. What cannot
be counted is not tried.
"""

import asyncio
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from common.infra.rate_limit import Limit, RateLimiter, address_network, tenant_bucket
from common.links.link_claims import LinkClaims
from report_viewer.problems.errors import StoreUnavailableError, TooManyPasswordsError

SECONDS: Final = 300
PER_LINK: Final = 10
PER_ADDRESS: Final = 60


class UnlockLimit:
    """Counts passwords that are tried. ``redis`` is a client for threads."""

    def __init__(self, redis: Redis) -> None:
        self._limiter = RateLimiter(redis)
        self._per_link = Limit("unlock-link", PER_LINK, SECONDS)
        self._per_address = Limit("unlock-address", PER_ADDRESS, SECONDS)

    async def check(self, claims: LinkClaims, address: str | None) -> None:
        """Count a password that is tried.

        Raises:
            TooManyPasswordsError: too many came from the address of late.
            StoreUnavailableError: it cannot be counted.
        """
        try:
            seconds = await asyncio.to_thread(self._count, claims, address or "unknown")
        except (RedisError, OSError) as error:
            raise StoreUnavailableError from error
        if seconds is not None:
            raise TooManyPasswordsError(seconds)

    def _count(self, claims: LinkClaims, address: str) -> int | None:
        site = address_network(address)
        link = f"{tenant_bucket(claims.tenant_id)}{claims.link_id.hex}:{site}"
        seconds = self._limiter.hit(self._per_link, link)
        return self._limiter.hit(self._per_address, site) if seconds is None else seconds
