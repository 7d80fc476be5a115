"""Cluster pools: a bounded pool of connections of an event loop to each node of a cluster."""

from collections.abc import Collection, Mapping
from typing import Any

from redis.asyncio import BlockingConnectionPool
from redis.asyncio import Redis as AsyncRedis

from common.infra.cluster.address import ClusterAddress


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

    @property
    def names(self) -> frozenset[str]:
        """The addresses of the nodes that have one."""
        return frozenset(self._pools)

    async def keep(self, names: Collection[str]) -> None:
        """Close those of other nodes, except while somebody waits for an answer of one."""
        for name in self.names.difference(names):
            left = self._pools.get(name)
            if left is not None and not _is_asked(left):
                del self._pools[name]
                await left.aclose(close_connection_pool=True)

    async def aclose(self) -> None:
        """Close all connections."""
        pools, self._pools = list(self._pools.values()), {}
        for each in pools:
            await each.aclose(close_connection_pool=True)


def _is_asked(redis: AsyncRedis) -> bool:
    _, (in_use, _) = redis.connection_pool.get_connection_count()
    return in_use > 0
