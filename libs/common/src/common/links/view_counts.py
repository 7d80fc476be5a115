"""View counts of links, on their way from the viewers to the share ledger: an outbox in Redis.

A viewer appends what it counted as a batch with an id. The worker enters the id into the tenant's
inbox in PostgreSQL and adds the counts up in one transaction, and takes the batch off the list when
that is committed. Killed at any line, or sent twice, a batch is found again and its id is known:
every view counts once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID, uuid4

import msgspec
from redis import Redis

TENANTS: Final = "analytics:counted-tenants"
"""The tenants that have batches, by id."""

TRANSFERRED: Final = "analytics:views:transferred"
"""When the last transfer began that left no batch of then: a Unix time in seconds."""

_LINKS_AT_ONCE: Final = 500


class Views(msgspec.Struct, frozen=True):
    """What people did with a link: pages seen, CSVs downloaded, and when they last did either."""

    views: int
    downloads: int
    last: Annotated[datetime, msgspec.Meta(tz=True)]

    def plus(self, other: "Views") -> "Views":
        """The sums of both."""
        return Views(
            self.views + other.views,
            self.downloads + other.downloads,
            max(self.last, other.last),
        )


class Batch(msgspec.Struct, frozen=True):
    """Views of some of a tenant's links, each counted once by ``id``."""

    id: UUID
    views: dict[UUID, Views]


@dataclass(frozen=True, slots=True)
class Entry:
    """A batch as it stands on the list; ``batch`` is None where it cannot be read."""

    data: bytes | str
    batch: Batch | None


def key(tenant_id: int) -> str:
    """The list that viewers append a tenant's batches to."""
    return f"{{{tenant_id}}}:view-batches"


def append(redis: Redis, views: Mapping[tuple[int, UUID], Views]) -> None:
    """Append what was counted, by tenant and link.

    Raises:
        redis.RedisError: Redis did not answer; what was appended all the same counts.
    """
    of_tenants: dict[int, list[tuple[UUID, Views]]] = {}
    for (tenant_id, link_id), each in views.items():
        of_tenants.setdefault(tenant_id, []).append((link_id, each))
    if not of_tenants:
        return
    with redis.pipeline(transaction=False) as pipe:
        for tenant_id, links in of_tenants.items():
            for start in range(0, len(links), _LINKS_AT_ONCE):
                batch = Batch(uuid4(), dict(links[start : start + _LINKS_AT_ONCE]))
                pipe.rpush(key(tenant_id), msgspec.json.encode(batch))
        pipe.sadd(TENANTS, *of_tenants)
        pipe.execute()


def push(redis: Redis, tenant_id: int, batch: Batch) -> None:
    """Append a batch; appended twice it counts once."""
    with redis.pipeline(transaction=False) as pipe:
        pipe.rpush(key(tenant_id), msgspec.json.encode(batch))
        pipe.sadd(TENANTS, str(tenant_id))
        pipe.execute()


def tenants(redis: Redis) -> tuple[int, ...]:
    """The tenants that have batches."""
    return tuple(sorted(int(each) for each in redis.smembers(TENANTS)))


def waiting(redis: Redis, tenant_id: int, most: int) -> list[Entry]:
    """The tenant's oldest batches; they stay on the list."""
    found = redis.lrange(key(tenant_id), 0, most - 1)
    return [Entry(data, _read(data)) for data in found]


def remove(redis: Redis, tenant_id: int, entries: Iterable[Entry]) -> None:
    """Take batches off the list; one that another has taken off is passed over."""
    with redis.pipeline(transaction=False) as pipe:
        for entry in entries:
            pipe.lrem(key(tenant_id), 1, entry.data)  # type: ignore[arg-type] # bytes as well
        pipe.execute()


def note_transfer(redis: Redis, began: datetime) -> None:
    """Note that all that waited when a transfer began is in the ledger."""
    redis.set(TRANSFERRED, str(began.timestamp()))


def forget(redis: Redis, tenant_id: int) -> None:
    """Forget a tenant that has no batches; one that gets some meanwhile stays."""
    redis.srem(TENANTS, str(tenant_id))
    if redis.exists(key(tenant_id)):
        redis.sadd(TENANTS, str(tenant_id))


def sums(batches: Iterable[Batch]) -> dict[UUID, Views]:
    """What ``batches`` say together, by link."""
    found: dict[UUID, Views] = {}
    for batch in batches:
        for link_id, each in batch.views.items():
            found[link_id] = found[link_id].plus(each) if link_id in found else each
    return found


def _read(data: bytes | str) -> Batch | None:
    try:
        return msgspec.json.decode(data, type=Batch)
    except msgspec.DecodeError:
        return None
