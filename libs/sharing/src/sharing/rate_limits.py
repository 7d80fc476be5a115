"""Rate limit of links issued, for each tenant: against a client that runs wild.

Without Redis links are not counted.
"""

import logging
from typing import Final

from redis import Redis, RedisError

from common.http.wording import Wording
from common.infra.rate_limit import Limit, RateLimiter, RateLimitExceededError, tenant_bucket

SHARE_SECONDS: Final = 3600

_log = logging.getLogger(__name__)


class TooManySharesError(RateLimitExceededError):
    """Too many links of one tenant."""

    type = "too-many-shares"
    title = "Too many links"
    what = Wording("Too many links were issued.")


class ShareRateLimit:
    """Counts links issued."""

    def __init__(self, redis: Redis, *, per_tenant: int) -> None:
        self._limiter = RateLimiter(redis)
        self._per_tenant = Limit("shares-tenant", per_tenant, SHARE_SECONDS)

    def check(self, tenant_id: int, links: int = 1) -> None:
        """Count links that are issued together: all of them, or none.

        Raises:
            TooManySharesError: the tenant has used up its links of this hour.
        """
        try:
            bucket = tenant_bucket(tenant_id)
            self._limiter.check(self._per_tenant, bucket, TooManySharesError, links)
        except (RedisError, OSError) as error:
            _log.warning("links were not counted", extra={"error": type(error).__name__})
