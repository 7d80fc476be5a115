"""Async cluster: redis-py's client of a cluster for event loops, as far as it knows the nodes.

No node is asked what commands there are, which is one that may hang. Nodes that were named are
asked again when none of those that are known answers.
"""

import time
from collections.abc import Mapping
from typing import Any, Final, Self

from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from common.infra.cluster.address import ClusterAddress
from common.infra.cluster.redis_cluster import ClusterUnavailableError, cluster_errors

_REFRESH_SECONDS: Final = 0.5
"""How often the nodes are asked again which of them has what, while one does not answer."""


class AsyncCluster(RedisCluster):
    """The nodes of a cluster; they are asked on its first use.

    Args:
        address: those that are named.
        timeouts: those of the connections by which they are asked which others there are.
    """

    def __init__(self, address: ClusterAddress, timeouts: Mapping[str, Any]) -> None:
        given = address.connection_options()
        if given.pop("connection_class", None) is not None:
            given["ssl"] = True
        super().__init__(
            startup_nodes=[ClusterNode(*each) for each in address.nodes],
            require_full_coverage=False,
            protocol=2,
            **given,
            **timeouts,
        )
        self._named = dict(self.nodes_manager.startup_nodes)
        self._refreshed = time.monotonic()

    def place(self, key: str) -> str:
        """The node that has a key, as far as is known: what is asked of one node together."""
        try:
            with cluster_errors():
                return str(self.nodes_manager.get_node_from_slot(self.keyslot(key)).name)
        except (RedisConnectionError, KeyError):
            return ""

    async def initialize(
        self,
        additional_startup_nodes_info: list[tuple[str, int]] | None = None,
        last_failed_node_name: str | None = None,
    ) -> Self:
        """Ask the nodes which of them has what, the one that failed last.

        None is asked what commands there are, as redis-py's own asks one that may hang. Nodes that
        were named are asked again after none of those that are known answered.

        Raises:
            redis.RedisError: none of them answers.
        """
        self._initialize = False  # there may be something to close from now on
        manager = self.nodes_manager
        try:
            with cluster_errors():
                await manager.initialize(additional_startup_nodes_info, last_failed_node_name)
        except ClusterUnavailableError:
            manager.startup_nodes = self._named | manager.startup_nodes
            raise
        return self

    async def refresh(self) -> None:
        """Ask the nodes which of them has what.

        Raises:
            redis.RedisError: none of them answers.
        """
        await self.initialize()

    async def look_again(self, failed: str) -> None:
        """Ask the nodes, now and then, which of them has what: another may have taken over."""
        now = time.monotonic()
        if now - self._refreshed < _REFRESH_SECONDS:
            return
        self._refreshed = now
        try:
            await self.initialize(last_failed_node_name=failed or None)
        except (RedisError, OSError):
            return
