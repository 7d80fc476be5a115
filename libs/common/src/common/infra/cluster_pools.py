"""Cluster pools: a bounded pool of connections of an event loop to each node of a cluster."""

from collections.abc import Mapping
from typing import Any

from redis.asyncio import BlockingConnectionPool
from redis.asyncio import Redis as AsyncRedis

from common.infra.clusters import ClusterAddress


class ClusterPools:
    """The pools, each made when its node is first asked something.

    Args:
        address: how a connection to any of the nodes is made.
        options: those of each pool.
    """

    def __init__(self, address: ClusterAddress, options: Mapping[str, Any]) -> None:
        self._address = address
        self._options = dict(options)
        self._pools: dict[str, AsyncRedis] = {}

    def url_of(self, name: str) -> str:
        """The URL of a node by its address, as for a server of its own."""
        host, _, port = name.rpartition(":")
        return self._address.url_of(host.strip("[]"), int(port))

    def of(self, name: str) -> AsyncRedis:
        """A client of a node by its address."""
        known = self._pools.get(name)
        if known is None:
            pool = BlockingConnectionPool.from_url(self.url_of(name), **self._options)
            known = self._pools[name] = AsyncRedis.from_pool(pool)
        return known

    async def aclose(self) -> None:
        """Close all connections."""
        pools, self._pools = list(self._pools.values()), {}
        for each in pools:
            await each.aclose(close_connection_pool=True)
