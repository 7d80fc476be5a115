"""Async cluster client: what an event loop uses in the place of a client of one server.

An ``AsyncCluster`` knows the nodes. Commands, one or many at once, go through a pool of each node,
with the bounds and the set-up of connections that a server of its own has: ``ask`` answers each
command with the connection that it came by, as it is the run of that server which counts.
"""

import asyncio
import itertools
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.client import PubSub
from redis.exceptions import (
    AskError,
    MovedError,
    RedisError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError

from common.infra.answers import Answer, Command, ask_server
from common.infra.cluster.address import ClusterAddress
from common.infra.cluster.async_redis_cluster import AsyncCluster
from common.infra.cluster.hash_tags import SLOTS, tag_in
from common.infra.cluster.pools import ClusterPools
from common.infra.refusals import Refusal, refusal_of

_MOST_MOVES: Final = 4
"""How often one command is sent elsewhere."""
_log = logging.getLogger(__name__)


class AsyncClusterClient(AsyncCluster):
    """A client of a cluster; it connects on its first use.

    Args:
        address: its nodes.
        timeouts: those of the connections by which the nodes are asked which others there are.
        options: those of each node's pool.
    """

    def __init__(
        self, address: ClusterAddress, timeouts: Mapping[str, Any], options: Mapping[str, Any]
    ) -> None:
        super().__init__(address, timeouts)
        self._pools = ClusterPools(address, options)
        self._listened = [f"{host}:{port}" for host, port in address.nodes]
        self._turns = itertools.cycle(self._listened)

    async def execute_command(self, *args: Any, **_: Any) -> Any:
        """The answer to a command, of which the first argument is a key, by its node.

        Raises:
            redis.RedisError: there is none.
        """
        if len(args) == 1:
            raise RedisConnectionError(f"no node is that of {args[0]}, which has no key")
        (answer,) = await self.ask([args])
        return answer.value

    async def _split_command_across_slots(self, command: str, *keys: Any) -> int:  # type: ignore[override] # redis-py's own is this
        """What EXISTS, DEL and their like count of all keys together."""
        answers = await self.ask([(command, key) for key in keys])
        return sum(each.value for each in answers)

    def owners(self) -> tuple[tuple[str, int], ...]:
        """Whose slots are which, as far as is known: each primary with the first of a range."""
        slots, found, last = self.nodes_manager.slots_cache, [], None
        for slot in range(SLOTS):
            node = slots[slot][0] if slot in slots else None
            if node is not None and node is not last:
                found.append((node.name, slot))
            last = node
        return tuple(found)

    def key_of(self, name: str) -> str:
        """A key that a primary has.

        Raises:
            LookupError: it is none, as far as is known.
        """
        slots = self.nodes_manager.slots_cache
        return tag_in(lambda slot: slot in slots and slots[slot][0].name == name)

    def url_of(self, name: str) -> str:
        """The URL of a node by its address, as for a server of its own."""
        return self._pools.url_of(name)

    async def ask(self, commands: Sequence[Command]) -> list[Answer]:
        """The answer to each command, of which the first argument is a key, by its node.

        Raises:
            redis.RedisError: a node did not answer in time, or refuses.
        """
        if not self.nodes_manager.slots_cache:
            await self.initialize()
        found: dict[int, Answer] = {}
        waiting: dict[int, tuple[str, bool]] = {
            at: (self.place(command[1]), False) for at, command in enumerate(commands)
        }
        for _ in range(_MOST_MOVES):
            groups: dict[tuple[str, bool], list[int]] = {}
            for at, target in waiting.items():
                groups.setdefault(target, []).append(at)
            waiting = {}
            parts = await asyncio.gather(
                *(
                    self._ask_node(name, [commands[at] for at in places], asking=asking)
                    for (name, asking), places in groups.items()
                )
            )
            for ((name, asking), places), answers in zip(groups.items(), parts, strict=True):
                for at, answer in zip(places, answers, strict=True):
                    elsewhere = await self._target(answer.value)
                    if elsewhere is None and not asking:
                        elsewhere = self._deposed(commands[at][1], name)
                    if elsewhere is None:
                        found[at] = answer._replace(settled=not asking)
                    else:
                        waiting[at] = elsewhere
            if not waiting:
                break
        return [await self._settled(each, found.get(at)) for at, each in enumerate(commands)]

    async def _ask_node(
        self, name: str, commands: Sequence[Command], *, asking: bool
    ) -> list[Answer]:
        if not name:
            await self.look_again(name)
            raise RedisConnectionError("no node of the cluster serves the key")
        try:
            return await ask_server(self._pool_of(name), commands, asking=asking)
        except (RedisError, OSError):
            await self.look_again(name)
            raise

    def _deposed(self, key: str, name: str) -> tuple[str, bool] | None:
        """Where to ask instead of a node that answered, if another is known to have the key now."""
        owner = self.place(key)
        return None if owner in {name, ""} else (owner, False)

    async def _target(self, value: Any) -> tuple[str, bool] | None:
        """Where to ask instead, and whether for what is on its way there."""
        if isinstance(value, MovedError):
            if value.slot_id in self.nodes_manager.slots_cache:
                await self.nodes_manager.move_slot(value)
            return f"{value.host}:{value.port}", False
        if isinstance(value, AskError):
            return f"{value.host}:{value.port}", True
        return None

    async def _settled(self, command: Command, answer: Answer | None) -> Answer:
        """An answer that is one.

        Keys of which some have left for another node are asked for one by one.
        """
        if answer is None:
            raise RedisConnectionError("a key moves from node to node")
        if isinstance(answer.value, TryAgainError) and command[0] == "MGET":
            parts = await self.ask([("GET", key) for key in command[1:]])
            return Answer([each.value for each in parts], parts[0].connection, settled=False)
        if isinstance(answer.value, ResponseError):
            answer.value.connection = answer.connection  # type: ignore[attr-defined] # as redis-py's own has it
            raise answer.value
        return answer

    def _pool_of(self, name: str) -> AsyncRedis:
        return self._pools.of(name)

    async def refresh(self) -> None:
        """Ask the nodes which of them has what, and leave those that are none any more.

        Raises:
            redis.RedisError: none of them answers.
        """
        await super().refresh()
        await self._pools.keep([*self.nodes_manager.nodes_cache, *self._listened])

    async def is_ready(self) -> bool:
        """Whether there is a node that answers: it serves its own tenants. Others are logged."""
        try:
            await self.refresh()
        except (RedisError, OSError) as error:
            return refusal_of(error) not in {None, Refusal.CLUSTER_DOWN}
        names = sorted({name for name, _ in self.owners()})
        pings = (self._pool_of(name).ping() for name in names)
        answers = await asyncio.gather(*pings, return_exceptions=True)
        away = [
            name
            for name, answer in zip(names, answers, strict=True)
            if isinstance(answer, Exception) and refusal_of(answer) is None
        ]
        if away:
            _log.warning("nodes of the cluster do not answer", extra={"nodes": away})
        return len(away) < len(names)

    def pubsub(self, **kwargs: Any) -> PubSub:  # type: ignore[override] # that of one node: each hears all
        """A subscription at a node, the next one each time."""
        return self._pool_of(next(self._turns)).pubsub(**kwargs)

    async def aclose(self, close_connection_pool: bool | None = None) -> None:  # noqa: ARG002 - the client's signature
        """Close the connections."""
        await self._pools.aclose()
        await super().aclose()
