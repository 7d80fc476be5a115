"""Tenant facts: what Redis has of a tenant for the pages that have no report to show."""

from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.links import brand as brands
from common.links import tenant_names
from common.links.brand import Brand
from common.links.tenant_names import TenantName


class TenantFacts:
    """Reads them. ``redis`` is a client that returns bytes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def name(self, tenant_id: int) -> TenantName | None:
        """What links' previews say of a tenant; None where Redis does not tell in time."""
        return tenant_names.parse(await self._told(tenant_names.key(tenant_id)))

    async def brand(self, tenant_id: int) -> Brand:
        """What the tenant's links show of it; none where Redis does not tell in time."""
        return brands.parse(await self._told(brands.key(tenant_id)))

    async def logo(self, tenant_id: int, digest: str) -> bytes | None:
        """A logo of the tenant's; None where Redis has another one, or does not tell in time."""
        logo = await self._told(brands.logo_key(tenant_id))
        return logo if brands.is_named(logo, digest) else None

    async def _told(self, name: str) -> bytes | None:
        try:
            told = await self._redis.get(name)
        except (RedisError, OSError):
            return None
        return told if isinstance(told, bytes) else None
