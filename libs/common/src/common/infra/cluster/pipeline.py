"""Cluster pipeline: commands of any keys, sent to each node in one round trip.

redis-py's own refuses MGET, scripts and PUBLISH, and asks a node that hangs for each command once
more, one after the other. This one gives each node a pipeline of its own, which takes whatever a
server takes. What a node answers with "not here" is sent again alone. A node that does not answer
keeps no other from answering, and then the whole raises. One that says that the cluster is down is
believed: the nodes are asked once where what is.
"""

from typing import Any, Final

from redis.client import Pipeline
from redis.cluster import ClusterNode
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    RedisClusterException,
    RedisError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from common.infra.cluster.redis_cluster import Cluster

Command = tuple[tuple[Any, ...], dict[str, Any]]
_ELSEWHERE: Final = (AskError, MovedError, TryAgainError)
_KEYLESS: Final = "PUBLISH"
"""Any node takes it; it goes with the command before it, so that it is heard after that is done."""


class ClusterPipeline(Pipeline):
    """Commands that are sent by ``execute``.

    Args:
        cluster: the client.
        transaction: whether they are one transaction, of keys of one slot.
    """

    def __init__(self, cluster: Cluster, *, transaction: bool) -> None:
        self._cluster = cluster
        default: ClusterNode = cluster.get_default_node()  # type: ignore[no-untyped-call] # redis-py has no types for it
        pool = cluster.get_redis_connection(default).connection_pool
        super().__init__(pool, {}, transaction, None)
        self._whole = transaction

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        """The answers, in the order of the commands.

        Raises:
            redis.ConnectionError: a node did not answer; what others were told is done.
            redis.TimeoutError: likewise.
            redis.ResponseError: the first refusal, unless they stand in the answers.
        """
        stack, self.command_stack = list(self.command_stack), []
        answers: list[Any] = [None] * len(stack)
        lost: Exception | None = None
        for node, places in self._places(stack).items():
            part = [stack[each] for each in places]
            try:
                found = self._run(node, part)
            except (RedisConnectionError, RedisTimeoutError) as error:
                lost = lost or error
                self._refresh(node)
                continue
            for place, answer in zip(places, found, strict=True):
                answers[place] = answer
                if isinstance(answer, RedisError) and not isinstance(answer, ResponseError):
                    lost = lost or answer
        if lost is not None:
            raise lost
        if raise_on_error:
            self.raise_first_error(stack, answers)  # type: ignore[no-untyped-call] # redis-py has no types for it
        return answers

    def _places(self, stack: list[Command]) -> dict[ClusterNode, list[int]]:
        """Which commands go to which node.

        Raises:
            redis.ConnectionError: no node serves a key.
        """
        places: dict[ClusterNode, list[int]] = {}
        node = None
        for place, (args, _) in enumerate(stack):
            if node is None or args[0] != _KEYLESS:
                node = self._node_of(args)
            places.setdefault(node, []).append(place)
        return places

    def _node_of(self, args: tuple[Any, ...]) -> ClusterNode:
        try:
            slot = self._cluster.determine_slot(*args)
            if slot is not None:
                return self._cluster.nodes_manager.get_node_from_slot(slot)
        except RedisClusterException as error:
            raise RedisConnectionError(str(error)) from error
        raise RedisConnectionError(f"no node is that of {args[0]}, which has no key")

    def _run(self, node: ClusterNode, part: list[Command], *, again: bool = True) -> list[Any]:
        """What a node answers; what is not there any more is asked where it is.

        A connection that was lost while it was idle is made anew once, if the client may do so.
        """
        client = self._cluster.get_redis_connection(node)
        pipe = client.pipeline(transaction=self._whole)
        pipe.command_stack = list(part)
        try:
            answers = pipe.execute(raise_on_error=False)
        except MovedError:  # of a transaction
            if not again:
                raise
            self._refresh(node)
            return self._run(self._node_of(part[0][0]), part, again=False)
        except ClusterDownError:  # likewise
            self._refresh(node)
            raise
        except RedisTimeoutError:
            raise
        except RedisConnectionError:
            if not again or not self._cluster.retry.get_retries():
                raise
            self._refresh(node)
            return self._run(self._node_of(part[0][0]), part, again=False)
        finally:
            pipe.reset()
        if any(isinstance(each, ClusterDownError) for each in answers):
            self._refresh(node)
        return self._settled(part, answers, node)

    def _settled(self, part: list[Command], answers: list[Any], node: ClusterNode) -> list[Any]:
        """The answers, where those that a node has not come from the one that has them.

        What was published meanwhile was heard too early, and is published once more.
        """
        found, moved = [], False
        for (args, options), answer in zip(part, answers, strict=True):
            if isinstance(answer, _ELSEWHERE) and not self._whole:
                moved = True
                found.append(self._answer(*args, **options))
            elif moved and args[0] == _KEYLESS and not isinstance(answer, RedisError):
                found.append(self._answer(*args, **options, target_nodes=node))
            else:
                if isinstance(answer, RedisError):
                    answer.connection = node  # type: ignore[attr-defined] # as redis-py's own has it
                found.append(answer)
        return found

    def _answer(self, *args: Any, **options: Any) -> Any:
        try:
            return self._cluster.execute_command(*args, **options)
        except RedisError as error:
            return error

    def _refresh(self, failed: ClusterNode) -> None:
        """Ask the nodes which of them has what, the one that failed last."""
        try:
            self._cluster.refresh(failed)
        except RedisError:
            return
