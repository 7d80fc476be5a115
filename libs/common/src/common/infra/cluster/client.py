"""Cluster client: what threads use in the place of a client of one server.

It is a ``Cluster``, made on its first use. A pipeline is one of each node, see
``cluster.pipeline``, and a script is kept by each node that runs it.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Any, Final, Self

from redis import Redis
from redis._parsers import Encoder
from redis.cluster import ClusterNode
from redis.commands.core import Script
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError

from common.infra.cluster.address import ClusterAddress
from common.infra.cluster.pipeline import ClusterPipeline
from common.infra.cluster.redis_cluster import Cluster, ClusterUnavailableError, cluster_errors

_REST_SECONDS: Final = 0.5
"""For how long a cluster of which no node answered is not asked again."""


class NodeScript(Script):
    """A script that the node of its key is told when it does not know it.

    redis-py's own tells all nodes first, and runs nowhere while one of them is away.
    """

    def __call__(
        self,
        keys: Sequence[Any] | None = None,
        args: Iterable[Any] | None = None,
        client: Any = None,
    ) -> Any:
        """What the script answers; the client is the one that has it, or another.

        Raises:
            redis.RedisError: nothing.
        """
        asked: Any = client or self.registered_client
        given = (len(keys or ()), *(keys or ()), *(args or ()))
        try:
            return asked.evalsha(self.sha, *given)
        except NoScriptError:
            return asked.eval(self.script, *given)


class ClusterClient:
    """A client of a cluster; it connects on its first use and belongs to threads.

    Args:
        address: its nodes.
        options: those of each connection, and of redis-py's client.
    """

    def __init__(self, address: ClusterAddress, **options: Any) -> None:
        self._inherited: list[Cluster | None] = []
        self._make: Callable[[], Cluster] = lambda: Cluster(address, **options)
        self._begin()

    def _begin(self) -> None:
        self._making = Lock()
        self._made: Cluster | None = None
        self._resting_until = 0.0
        self._process = os.getpid()  # last: from now on threads take what stands above

    @property
    def cluster(self) -> Cluster:
        """redis-py's client.

        Raises:
            ClusterUnavailableError: no node answers.
        """
        if self._process != os.getpid():
            # Of before a fork: locks that others held, and sockets that they use. It is left alone.
            self._inherited.append(self._made)
            self._begin()
        made = self._made
        if made is None:
            with self._making:
                made = self._made = self._made or self._connect()
        return made

    def _connect(self) -> Cluster:
        if time.monotonic() < self._resting_until:
            raise ClusterUnavailableError("no node of the cluster answered a moment ago")
        try:
            with cluster_errors():
                return self._make()
        except RedisConnectionError:
            self._resting_until = time.monotonic() + _REST_SECONDS
            raise

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> ClusterPipeline:  # noqa: ARG002 - the client's signature
        """Commands that go to each node in one round trip.

        Raises:
            ClusterUnavailableError: no node answers.
        """
        return ClusterPipeline(self.cluster, transaction=transaction)

    def register_script(self, script: str) -> Script:
        """A script, which a node is told when it is first used there."""
        return NodeScript(self, script)  # type: ignore[arg-type] # it is one in all that is called

    def get_encoder(self) -> Encoder:
        """How texts become bytes."""
        return Encoder("utf-8", "strict", decode_responses=False)  # type: ignore[no-untyped-call] # redis-py has no types for it

    def nodes(self) -> dict[str, Redis]:
        """A client of each primary, by its address.

        Raises:
            ClusterUnavailableError: no node answers.
        """
        cluster = self.cluster
        with cluster_errors():
            primaries: list[ClusterNode] = cluster.get_primaries()  # type: ignore[no-untyped-call] # redis-py has no types for it
            return {each.name: cluster.get_redis_connection(each) for each in primaries}

    def close(self) -> None:
        """Close the connections."""
        made, self._made = self._made, None
        if made is not None:
            made.disconnect_connection_pools()  # type: ignore[no-untyped-call] # redis-py has no types for it
            made.close()

    def __getattr__(self, name: str) -> Any:
        """Each command, of redis-py's client."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.cluster, name)

    def __enter__(self) -> Self:
        """Nothing is connected yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()
