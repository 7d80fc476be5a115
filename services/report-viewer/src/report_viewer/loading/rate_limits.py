"""Rate limits: invalid tokens per client address, cold computations per link and tenant.

**Invalid tokens** are those that we did not sign. Past the limit they are answered with 429, until
fewer of them came of late; a token that we signed opens all the same, so that a visitor cannot lock
out the rest of an office. An address past its limit is cached here, and costs Redis nothing more.
Without Redis, and when more are to be counted than it takes, they are not counted: guessing a token
is hopeless with or without a limit.

**Cold computations** are those of reports that are not cached, counted for the request that has one
computed: neither for those that wait for the same one, nor for those that get a cached report.
Without Redis nothing is computed anyway.
"""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from cachetools import TLRUCache
from redis import Redis
from redis.exceptions import RedisError
from starlette.types import Scope

from common.infra.rate_limit import (
    Limit,
    RateLimiter,
    RateLimitExceededError,
    address_network,
    tenant_bucket,
)
from common.infra.redis import VIEWER_RATE_LIMITS, create_redis
from common.links.link_claims import LinkClaims
from common.links.token import ForgedLinkError, MalformedLinkError, RevokedLinkError
from report_viewer.http.client_address import ClientAddresses
from report_viewer.problems.errors import ForeignHostError, TooManyFailuresError

FAILURE_SECONDS: Final = 60
COLD_SECONDS: Final = 300

_COUNTED: Final = (MalformedLinkError, ForgedLinkError, RevokedLinkError, ForeignHostError)
"""What a holder of no link meets."""
_THREADS: Final = VIEWER_RATE_LIMITS.connections
_MOST_COUNTED_AT_ONCE: Final = 64
_MOST_BLOCKED: Final = 10_000
_REST_SECONDS: Final = 1.0
"""For how long a Redis that failed to count is left alone."""

_log = logging.getLogger(__name__)


class LinkThrottledError(RateLimitExceededError):
    """A link has had as many computations as it may; others to the same report have not."""

    def __init__(self, retry_after: int, claims: LinkClaims) -> None:
        super().__init__(retry_after)
        self._counted = _of_link(claims)

    def is_of(self, claims: LinkClaims) -> bool:
        """Whether what these claims ask for was counted with it."""
        return _of_link(claims) == self._counted


class ComputationLimit:
    """Limits cold computations per link and per tenant."""

    def __init__(self, redis: Redis, *, per_link: int, per_tenant: int) -> None:
        self._limiter = RateLimiter(redis)
        self._per_link = Limit("cold-link", per_link, COLD_SECONDS)
        self._per_tenant = Limit("cold-tenant", per_tenant, COLD_SECONDS)

    def check(self, claims: LinkClaims) -> None:
        """Count a computation for a link; called from a thread.

        Raises:
            LinkThrottledError: the link has had as many as it may.
            RateLimitExceededError: its tenant has.
        """
        tenant = tenant_bucket(claims.tenant_id)
        try:
            # The link first: one that is over its limit cannot use up its tenant's.
            seconds = self._limiter.hit(self._per_link, f"{tenant}{_of_link(claims)}")
            if seconds is not None:
                raise LinkThrottledError(seconds, claims)
            seconds = self._limiter.hit(self._per_tenant, tenant)
        except (RedisError, OSError) as error:
            _log.warning("a computation was not counted: %s", type(error).__name__)
            return
        if seconds is not None:
            raise RateLimitExceededError(seconds)


def _of_link(claims: LinkClaims) -> str:
    """What is counted together: a link, each choice of its readers, days they name as one."""
    return ":".join((claims.link_id.hex, *claims.choice.kinds))


class InvalidTokenLimit:
    """Limits invalid tokens per client address."""

    def __init__(self, redis: Redis, addresses: ClientAddresses, *, per_address: int) -> None:
        self._limiter = RateLimiter(redis)
        self._addresses = addresses
        self._limit = Limit("failures-address", per_address, FAILURE_SECONDS)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="count")
        self._counting = 0
        self._resting_until = 0.0
        # By site, until when it is blocked.
        self._blocked: TLRUCache[str, float] = TLRUCache(
            _MOST_BLOCKED, ttu=lambda _, until, __: until, timer=time.monotonic
        )

    async def check(self, error: Exception, scope: Scope) -> Exception:
        """The error that answers a failed request: ``error``, or that there were too many."""
        if not isinstance(error, _COUNTED):
            return error
        address = await self._addresses.address(scope)
        if address is None:
            return error
        seconds = await self._count(address_network(address))
        return error if seconds is None else TooManyFailuresError(seconds)

    async def _count(self, site: str) -> int | None:
        now = time.monotonic()
        until = self._blocked.get(site)
        if until is not None:
            return int(until - now) + 1
        if self._counting >= _MOST_COUNTED_AT_ONCE or now < self._resting_until:
            return None
        self._counting += 1
        try:
            loop = asyncio.get_running_loop()
            seconds = await loop.run_in_executor(
                self._threads, self._limiter.hit, self._limit, site
            )
        except (RedisError, OSError) as error:
            self._resting_until = time.monotonic() + _REST_SECONDS
            _log.warning("invalid tokens are not counted: %s", type(error).__name__)
            return None
        finally:
            self._counting -= 1
        if seconds is not None:
            self._blocked[site] = time.monotonic() + seconds
        return seconds

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def connect_for_counting(redis_url: str) -> Redis:
    """A client for the threads that count invalid tokens: no refusal waits long for it."""
    return create_redis(redis_url, VIEWER_RATE_LIMITS)
