"""Tenant names for link previews, in Redis: for a viewer that reaches no SQL.

Written together with the state of an active link, so that it is there before the link is sent; the
next one who does so writes it anew. A preview without it names no shop.
"""

from collections.abc import Mapping

import msgspec
from redis import Redis


class TenantName(msgspec.Struct, frozen=True):
    """A tenant as its links' previews name it. ``timezone`` is an IANA zone."""

    name: str
    timezone: str


def key(tenant_id: int) -> str:
    """The Redis key of a tenant's name."""
    return f"{{{tenant_id}}}:shop"


def store(redis: Redis, tenant_id: int, tenant: TenantName) -> None:
    """Say how a tenant is called now."""
    redis.set(key(tenant_id), msgspec.json.encode(tenant))


def store_many(redis: Redis, tenants: Mapping[int, TenantName]) -> None:
    """As ``store`` for many tenants, in one round trip."""
    with redis.pipeline(transaction=False) as pipe:
        for tenant_id, tenant in tenants.items():
            pipe.set(key(tenant_id), msgspec.json.encode(tenant))
        pipe.execute()


def parse(data: bytes | None) -> TenantName | None:
    """The tenant's name behind a key's value; None when there is none, or none we can read."""
    try:
        return msgspec.json.decode(data, type=TenantName) if data is not None else None
    except msgspec.DecodeError:
        return None
