"""What Redis has to know of a tenant's links before it leaves a server.

A revocation or a change that was committed and did not get to Redis is brought there by a sweep,
which notes for each server how far it has come: the server that the tenant comes to may be past it.
"""

from datetime import datetime
from typing import Final

from redis import Redis
from sqlalchemy import Connection, text

from common.links.state import LinkRef, LinkStateStore, state_key

_AT_ONCE: Final = 1000
_LINKS: Final = text(
    "SELECT link_id, expires_at, revoked_at IS NOT NULL AS revoked FROM shares"
    " WHERE tenant_id = :tenant_id AND expires_at > :now"
    " AND (revoked_at IS NOT NULL OR changed_at IS NOT NULL)"
)


def tell_redis(source: Connection, redis: Redis, tenant_id: int, now: datetime) -> None:
    """Let Redis know every revoked link, and forget the changed ones, which are looked up again.

    Raises:
        redis.RedisError: it does not answer.
    """
    states = LinkStateStore(redis)
    found = source.execute(_LINKS, {"tenant_id": tenant_id, "now": now})
    for part in found.partitions(_AT_ONCE):
        states.revoke(
            LinkRef(tenant_id, row.link_id, row.expires_at) for row in part if row.revoked
        )
        for row in part:
            if not row.revoked:
                redis.unlink(state_key(tenant_id, row.link_id))
