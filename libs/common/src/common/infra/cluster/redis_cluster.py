"""Cluster: redis-py's client of a cluster for threads, where it waits for one node or forgets some.

Its errors are all ``RedisError``, and a time-out is never tried again. No node is asked what
commands there are, which is one that may hang: the first argument of each command is its key. Nodes
that were named are asked again when none of those that are known answers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis._parsers import CommandsParser
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import (
    ClusterDownError,
    RedisClusterException,
    SlotNotCoveredError,
)
from redis.exceptions import ConnectionError as RedisConnectionError

from common.infra.cluster.address import ClusterAddress


class ClusterUnavailableError(RedisConnectionError):
    """No node answers, or none serves what was asked for."""


@contextmanager
def cluster_errors() -> Iterator[None]:
    """Raise errors of the client's that are no ``RedisError`` as one.

    Raises:
        ClusterUnavailableError: in their place.
    """
    try:
        yield
    except RedisClusterException as error:
        raise ClusterUnavailableError(str(error)) from error


class _KeyFirst(CommandsParser):
    """Knows where the keys of a command are. Those of a script the client knows by itself."""

    def __init__(self) -> None:
        """Without a node to ask."""

    def get_keys(self, _redis: Any, *args: Any) -> list[Any]:
        """The first argument; the others, if they are keys, are of the same slot."""
        return list(args[1:2])


class Cluster(RedisCluster):
    """The client, whose constructor connects.

    Args:
        address: the nodes that are named.
        options: those of each connection, and of redis-py's client.

    Raises:
        redis.exceptions.RedisClusterException: no node answers.
    """

    ERRORS_ALLOW_RETRY = (  # type: ignore[assignment] # fewer of them
        RedisConnectionError,
        ClusterDownError,
        SlotNotCoveredError,
    )

    def __init__(self, address: ClusterAddress, **options: Any) -> None:
        self._address = address
        super().__init__(
            startup_nodes=self._named(),
            url=address.url_of(*address.nodes[0]),
            require_full_coverage=False,
            protocol=2,
            **options,
        )
        self.commands_parser = _KeyFirst()

    def _named(self) -> list[ClusterNode]:
        return [ClusterNode(*each) for each in self._address.nodes]  # type: ignore[no-untyped-call] # redis-py has no types for it

    def command(self, **_: Any) -> dict[str, dict[str, Any]]:
        """No commands: what the constructor asks the first primary for, even if that hangs."""
        return {}

    def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        """The answer of the node that has the key.

        Raises:
            redis.RedisError: there is none.
        """
        with self._errors():
            return super().execute_command(*args, **kwargs)  # type: ignore[no-untyped-call] # redis-py has no types for it

    def refresh(self, failed: ClusterNode | None = None) -> None:
        """Ask the nodes which of them has what, the one that failed last.

        Raises:
            ClusterUnavailableError: none of them answers.
        """
        with self._errors():
            self.nodes_manager.initialize(
                last_failed_node_name=None if failed is None else failed.name
            )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with cluster_errors():
                yield
        except ClusterUnavailableError:
            self._recall()
            raise

    def _recall(self) -> None:
        """Have the nodes that were named asked next time too: the others may have left for good."""
        named = {each.name: each for each in self._named()}
        self.nodes_manager.startup_nodes = named | self.nodes_manager.startup_nodes
