"""Nodes: the servers behind a client, for what concerns each of them by itself.

A server of its own, or the primary that Sentinels name, is one node that owns everything; a cluster
has some, of which each owns the tenants of its slots. How full it is, which run of it this is, what
is scanned: that is asked of a node, and one that is away keeps none of the others from being asked.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from redis import Redis, RedisError
from redis.crc import key_slot
from redis.exceptions import ConnectionError as RedisConnectionError

from common.infra.cluster.client import ClusterClient
from common.infra.cluster.hash_tags import SLOTS, tag_in

T = TypeVar("T")
WRITE_CHECK: Final = "analytics:takes-writes"
"""A key that there never is."""
_log = logging.getLogger(__name__)


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

    @property
    def share(self) -> str:
        """What tells the slots that it owns from any others; empty for all."""
        if self.slots is None:
            return ""
        return hashlib.sha256(repr(sorted(self.slots)).encode()).hexdigest()[:16]

    def key(self, name: str) -> str:
        """The name of a key of that purpose which is on this node."""
        return name if self.slots is None else f"{name}:{tag_in(self.slots.__contains__)}"


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


def on_each(redis: Redis, act: Callable[[Node], T]) -> list[T]:
    """What ``act`` makes of each node: one that fails keeps it from none of the others.

    Raises:
        redis.RedisError: the last of them that failed, when the others are done.
    """
    found, failed = [], None
    for node in nodes_of(redis):
        try:
            found.append(act(node))
        except (RedisError, OSError) as error:
            failed = error
            if node.name:
                told = {"node": node.name, "error": type(error).__name__}
                _log.warning("a node of the cluster was left out", extra=told)
    if failed is not None:
        raise failed
    return found


def scan(redis: Redis, match: str, *, count: int) -> Iterator[bytes]:
    """The names of all keys that match, on every node.

    Raises:
        redis.RedisError: a node did not answer.
    """
    for node in nodes_of(redis):
        yield from node.redis.scan_iter(match=match, count=count)


def check(redis: Redis) -> None:
    """Ask whether there is a server that answers: one of a cluster serves its own tenants.

    Those that do not are logged, and the slots that no node has.

    Raises:
        redis.RedisError: none answers, or all refuse.
    """
    if not isinstance(redis, ClusterClient):
        redis.ping()
        return
    redis.cluster.refresh()
    nodes = nodes_of(redis)
    uncovered = SLOTS - sum(len(node.slots or ()) for node in nodes)
    if uncovered:
        _log.warning("slots of the cluster have no node", extra={"slots": uncovered})
    answered = list[Node]()

    def ask(node: Node) -> None:
        node.redis.ping()
        answered.append(node)

    try:
        on_each(redis, ask)
    except (RedisError, OSError):
        if not answered:
            raise
    if not nodes:
        raise RedisConnectionError("no node of the cluster serves anything")


def check_writes(redis: Redis) -> None:
    """Ask each server whether it takes writes, by one that changes nothing.

    Raises:
        redis.RedisError: one refuses, or does not answer, once the others are asked.
    """
    on_each(redis, lambda node: node.redis.set(node.key(WRITE_CHECK), b"", xx=True))


def address_of(error: BaseException) -> str | None:
    """The address of the node of a cluster that an error comes from, where it is known."""
    at: Any = getattr(error, "connection", None)
    if hasattr(at, "name"):
        return str(at.name) or None
    return f"{at.host}:{at.port}" if hasattr(at, "port") else None
