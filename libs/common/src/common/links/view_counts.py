"""View counts of links, on their way from the viewers to the share ledger.

Viewers add to one hash a tenant. The worker sets it aside as a batch, of which there is one at a
time; notes in it what the ledger's numbers shall be; writes these into the ledger; and drops the
batch. Killed at any line it goes on with the same batch and the same numbers, and as the ledger's
numbers only grow by this, writing them twice changes nothing: every view counts once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

import msgspec
from redis import Redis

TENANTS: Final = "analytics:counted-tenants"
"""The tenants that have counts, by id."""

_LINKS_AT_ONCE: Final = 500

# KEYS: counts. ARGV, for each link: its id, views, downloads, the last of them as Unix ms.
_ADD: Final = """
for i = 1, #ARGV, 4 do
  redis.call('hincrby', KEYS[1], ARGV[i] .. ':views', ARGV[i + 1])
  redis.call('hincrby', KEYS[1], ARGV[i] .. ':downloads', ARGV[i + 2])
  local last = tonumber(redis.call('hget', KEYS[1], ARGV[i] .. ':last') or '') or 0
  if tonumber(ARGV[i + 3]) > last then
    redis.call('hset', KEYS[1], ARGV[i] .. ':last', ARGV[i + 3])
  end
end
return 0
"""

# KEYS: counts, batch. ARGV: an id for a new batch.
_SET_ASIDE: Final = """
if redis.call('exists', KEYS[2]) == 0 then
  if redis.call('exists', KEYS[1]) == 0 then return {} end
  redis.call('rename', KEYS[1], KEYS[2])
  redis.call('hset', KEYS[2], 'id', ARGV[1])
end
return redis.call('hgetall', KEYS[2])
"""

# KEYS: batch. ARGV: its id, the totals.
_NOTE: Final = """
if redis.call('hget', KEYS[1], 'id') ~= ARGV[1] then return nil end
redis.call('hsetnx', KEYS[1], 'totals', ARGV[2])
return redis.call('hget', KEYS[1], 'totals')
"""

# KEYS: batch. ARGV: its id.
_DROP: Final = """
if redis.call('hget', KEYS[1], 'id') == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""


class Views(msgspec.Struct, frozen=True):
    """What people did with a link: pages seen, CSVs downloaded, and when they last did either."""

    views: int
    downloads: int
    last: datetime

    def after(self, views: int, downloads: int) -> "Views":
        """The sums of these and those before."""
        return Views(views + self.views, downloads + self.downloads, self.last)


class BatchGoneError(Exception):
    """Somebody else has finished the batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Views of a tenant's links, set aside. ``totals`` is what was noted, once it was."""

    tenant_id: int
    id: str
    views: Mapping[UUID, Views]
    totals: Mapping[UUID, Views] | None


def key(tenant_id: int) -> str:
    """The hash that viewers add a tenant's views to."""
    return f"{{{tenant_id}}}:views"


def batch_key(tenant_id: int) -> str:
    """The views of a tenant that were set aside."""
    return f"{{{tenant_id}}}:views:batch"


def record(redis: Redis, views: Mapping[tuple[int, UUID], Views]) -> None:
    """Add up views, by tenant and link."""
    if not views:
        return
    of_tenants: dict[int, list[tuple[UUID, Views]]] = {}
    for (tenant_id, link_id), each in views.items():
        of_tenants.setdefault(tenant_id, []).append((link_id, each))
    with redis.pipeline(transaction=False) as pipe:
        for tenant_id, links in of_tenants.items():
            for start in range(0, len(links), _LINKS_AT_ONCE):
                pipe.eval(_ADD, 1, key(tenant_id), *_spelled(links[start : start + _LINKS_AT_ONCE]))
        pipe.sadd(TENANTS, *of_tenants)
        pipe.execute()


def tenants(redis: Redis) -> tuple[int, ...]:
    """The tenants that have counts."""
    return tuple(sorted(int(each) for each in redis.smembers(TENANTS)))


def set_aside(redis: Redis, tenant_id: int) -> Batch | None:
    """The tenant's batch: the one not yet dropped, or all that was counted since; None for none."""
    names = key(tenant_id), batch_key(tenant_id)
    found = redis.eval(_SET_ASIDE, len(names), *names, uuid4().hex)
    fields = dict(zip(found[::2], found[1::2], strict=True))
    if not fields:
        return None
    totals = fields.pop(b"totals", None)
    return Batch(
        tenant_id,
        fields.pop(b"id").decode("ascii"),
        _parsed(fields),
        None if totals is None else msgspec.json.decode(totals, type=dict[UUID, Views]),
    )


def note(redis: Redis, batch: Batch, totals: Mapping[UUID, Views]) -> Mapping[UUID, Views]:
    """Note what the ledger's numbers shall be, and say what stands there: the first note stays.

    Raises:
        BatchGoneError: the batch was dropped meanwhile.
    """
    noted = redis.eval(
        _NOTE, 1, batch_key(batch.tenant_id), batch.id, msgspec.json.encode(dict(totals))
    )
    if noted is None:
        raise BatchGoneError
    return msgspec.json.decode(noted, type=dict[UUID, Views])


def drop(redis: Redis, batch: Batch) -> None:
    """The batch is in the ledger: forget it, and the tenant if there is nothing more of it."""
    redis.eval(_DROP, 1, batch_key(batch.tenant_id), batch.id)
    forget(redis, batch.tenant_id)


def forget(redis: Redis, tenant_id: int) -> None:
    """Forget a tenant that has no counts; one that gets some meanwhile stays."""
    redis.srem(TENANTS, str(tenant_id))
    if redis.exists(key(tenant_id), batch_key(tenant_id)):
        redis.sadd(TENANTS, str(tenant_id))


def _spelled(links: Iterable[tuple[UUID, Views]]) -> list[str]:
    spelled = []
    for link_id, each in links:
        last = int(each.last.timestamp() * 1000)
        spelled += [link_id.hex, str(each.views), str(each.downloads), str(last)]
    return spelled


def _parsed(fields: Mapping[bytes, bytes]) -> dict[UUID, Views]:
    numbers: dict[UUID, dict[str, int]] = {}
    for name, value in fields.items():
        link, _, what = name.decode("ascii").partition(":")
        numbers.setdefault(UUID(hex=link), {})[what] = int(value)
    return {
        link: Views(
            each.get("views", 0),
            each.get("downloads", 0),
            datetime.fromtimestamp(each.get("last", 0) / 1000, UTC),
        )
        for link, each in numbers.items()
    }
