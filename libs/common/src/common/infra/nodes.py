"""Nodes: the servers behind a client, for what concerns each of them by itself.

A server of its own, or the primary that Sentinels name, is one node that owns everything; a cluster
has some, of which each owns the tenants of its slots. How full it is, which run of it this is, what
is scanned: that is asked of a node, and one that is away keeps none of the others from being asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from redis import Redis, RedisError
from redis.crc import REDIS_CLUSTER_HASH_SLOTS as SLOTS
from redis.crc import key_slot
from redis.exceptions import ConnectionError as RedisConnectionError

from common.infra.cluster_client import ClusterClient


class SlotsUncoveredError(RedisConnectionError):
    """Slots of a cluster that no node serves."""

    def __init__(self, count: int) -> None:
        super().__init__(f"no node serves {count} of {SLOTS} slots")
        self.count = count


@dataclass(frozen=True, slots=True)
class Node:
    """A server by its address, empty for one that is no cluster's; ``redis`` talks to it alone.

    ``slots`` are those that it owns; None for all.
    """

    name: str
    redis: Redis
    slots: frozenset[int] | None = None

    def owns(self, tenant_id: int) -> bool:
        """Whether the tenant's keys are here."""
        return self.slots is None or key_slot(b"%d" % tenant_id) in self.slots

    def key(self, name: str) -> str:
        """The name of a key of that purpose which is on this node."""
        if self.slots is None:
            return name
        tag = next(each for each in range(64 * SLOTS) if key_slot(b"n%d" % each) in self.slots)
        return f"{name}:{{n{tag}}}"


def nodes_of(redis: Redis) -> list[Node]:
    """The servers that there are, as far as the client knows; those that own something.

    Raises:
        redis.ConnectionError: no node of a cluster answers.
    """
    if not isinstance(redis, ClusterClient):
        return [Node("", redis)]
    slots: dict[str, set[int]] = {}
    for slot, owners in dict(redis.cluster.nodes_manager.slots_cache).items():
        slots.setdefault(owners[0].name, set()).add(slot)
    return [
        Node(name, client, frozenset(slots[name]))
        for name, client in sorted(redis.nodes().items())
        if name in slots
    ]


def scan(redis: Redis, match: str, *, count: int) -> Iterator[bytes]:
    """The names of all keys that match, on every node.

    Raises:
        redis.RedisError: a node did not answer.
    """
    for node in nodes_of(redis):
        yield from node.redis.scan_iter(match=match, count=count)


def check(redis: Redis) -> None:
    """Ask whether every server answers and every key has one.

    Raises:
        SlotsUncoveredError: some keys of a cluster have none.
        redis.RedisError: a server does not answer, or refuses; ``address_of`` tells which.
    """
    if not isinstance(redis, ClusterClient):
        redis.ping()
        return
    redis.cluster.refresh()
    nodes = nodes_of(redis)
    covered = sum(len(node.slots or ()) for node in nodes)
    if covered < SLOTS:
        raise SlotsUncoveredError(SLOTS - covered)
    for node in nodes:
        try:
            node.redis.ping()
        except RedisError as error:
            error.connection = node  # as redis-py's own has it
            raise


def address_of(error: BaseException) -> str | None:
    """The address of the node of a cluster that an error comes from, where it is known."""
    at: Any = getattr(error, "connection", None)
    if hasattr(at, "name"):
        return str(at.name) or None
    return f"{at.host}:{at.port}" if hasattr(at, "port") else None
