"""Metrics of the PostgreSQL servers: which were ready when it was last asked, and their pools.

Read when they are asked for; no server is asked then.
"""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import QueuePool

from common.db.shards import servers_of
from share_api.container import Container


class DatabaseMetrics(Collector):
    """Tells of the servers by their names; one alone is ``home``."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def describe(self) -> list[Metric]:
        """Nothing: what there is follows from the settings."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The metrics of now."""
        used = GaugeMetricFamily(
            "share_api_database_connections",
            "Connections of the pool that are in use.",
            labels=["server"],
        )
        for name, engine in servers_of(self._container.engine).items():
            if isinstance(engine.pool, QueuePool):
                used.add_metric([name], engine.pool.checkedout())
        yield used
        up = GaugeMetricFamily(
            "share_api_database_up",
            "Whether the server was ready at the last look at /readyz.",
            labels=["server"],
        )
        for name, ready in self._container.databases_ready.items():
            up.add_metric([name], ready)
        yield up
