"""Metrics of what all workers share: the queues, Redis, the sweep. Read when they are asked for.

Every worker tells the same; none of it names a tenant. A Redis that does not answer is told by a
metric too, and never fails the answer.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from math import inf
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import Redis, RedisError

from common import instants
from common.db.shards import HOME
from common.infra.nodes import nodes_of
from common.jobs.celery_config import PUBLISHED, QUEUES
from common.links import view_counts
from worker.operations import dead_letters, heartbeat, waiting_work
from worker.operations.waiting_work import Waiting

SWEPT: Final = "analytics:recalls:swept"
"""Where the revocation sweep keeps its run of the server and up to when Redis knows all."""
HELD_TWICE: Final = "analytics:tenants:held-twice"
"""Where it is noted how many tenants two database servers hold."""

_LOOKED_AT: Final = 8
"""How many of a queue's oldest messages are looked at: one may not say how old it is."""
_NODE_UP: Final = "analytics_redis_node_up"


def swept_key(server: str) -> str:
    """Where the sweep of one of several database servers is noted."""
    return SWEPT if server == HOME else f"{SWEPT}:{server}"


class SharedState(Collector):
    """Reads the state of the whole system: ``redis`` of reports, ``broker`` of the jobs.

    ``servers`` are the names of the database servers.
    """

    def __init__(self, redis: Redis, broker: Redis, servers: Sequence[str] = (HOME,)) -> None:
        self._redis, self._broker, self._servers = redis, broker, servers

    def describe(self) -> list[Metric]:
        """Nothing: no server is asked before metrics are."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The metrics of now."""
        found: list[Metric] = []
        up = True
        for part in (self._of_queues, self._of_redis, self._of_nodes):
            try:
                found += part()
            except (RedisError, OSError):
                up = False
        up = up and not any(each.name == _NODE_UP and 0 in _values(each) for each in found)
        yield _gauge("analytics_redis_up", "Whether Redis answers.", up)
        yield from found

    def _of_queues(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("analytics_queue_jobs", "Jobs that wait.", labels=["queue"])
        age = GaugeMetricFamily(
            "analytics_queue_oldest_seconds", "How long the oldest job waits.", labels=["queue"]
        )
        with self._broker.pipeline(transaction=False) as pipe:
            for queue in QUEUES:
                pipe.llen(queue)
                pipe.lrange(queue, -_LOOKED_AT, -1)
            answers = pipe.execute()
        now = instants.now()
        for queue, count, oldest in zip(QUEUES, answers[::2], answers[1::2], strict=True):
            jobs.add_metric([queue], count)
            known = [each for each in (_waited(one, now) for one in oldest) if each is not None]
            if known:
                age.add_metric([queue], max(known))
        yield jobs
        yield age

    def _of_redis(self) -> Iterator[Metric]:
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.llen(dead_letters.KEY)
            pipe.exists(heartbeat.KEY)
            pipe.scard(view_counts.TENANTS)
            pipe.get(HELD_TWICE)
            pipe.get(view_counts.TRANSFERRED)
            pipe.get(waiting_work.KEY)
            letters, alive, tenants, twice, transferred, noted = pipe.execute()
        yield _gauge("analytics_dead_letters", "Messages that no task took.", letters)
        yield _gauge("analytics_workers_alive", "Whether scheduler and workers run.", alive)
        yield _gauge("analytics_views_waiting", "Shops with views not in the ledger.", tenants)
        if transferred is not None:
            text = "Since when views may be missing in the ledger."
            seconds = _seconds(transferred, instants.now())
            yield _gauge("analytics_views_transfer_age_seconds", text, seconds)
        if (waiting := waiting_work.read(noted)) is not None:
            yield from _of_ledger(waiting, instants.now())
        if twice is not None:
            text = "Shops that two database servers hold."
            yield _gauge("analytics_tenants_held_twice", text, twice)

    def _of_nodes(self) -> Iterator[Metric]:
        """What each server tells of itself; only those of a cluster are named."""
        texts = {
            "analytics_redis_used_bytes": "Memory in use.",
            "analytics_redis_max_bytes": "Memory there may be.",
        }
        nodes, now = nodes_of(self._redis), instants.now()
        labels = ["node"] if any(node.name for node in nodes) else []
        used, most = (GaugeMetricFamily(name, text, labels=labels) for name, text in texts.items())
        age = GaugeMetricFamily(
            "analytics_revocation_sweep_age_seconds",
            "Since when a revocation may be missing in Redis; infinite where none was looked for.",
            labels=[*labels, *(["server"] if len(self._servers) > 1 else [])],
        )
        up = GaugeMetricFamily(_NODE_UP, "Whether a node of the cluster answers.", labels=["node"])
        for node in nodes:
            named = [node.name] if node.name else []
            try:
                with node.redis.pipeline(transaction=False) as pipe:
                    for server in self._servers:
                        pipe.get(node.key(swept_key(server)))
                    pipe.info("memory")
                    *swept, memory = pipe.execute()
            except (RedisError, OSError):
                if not node.name:
                    raise
                up.add_metric(named, 0)
                continue
            if node.name:
                up.add_metric(named, 1)
            used.add_metric(named, memory["used_memory"])
            most.add_metric(named, memory["maxmemory"])
            for server, note in zip(self._servers, swept, strict=True):
                of_server = [*named, server] if len(self._servers) > 1 else named
                age.add_metric(of_server, _seconds_since(note, now))
        yield from (each for each in (up, used, most, age) if each.samples)


def _of_ledger(waiting: Waiting, now: datetime) -> Iterator[Metric]:
    """What waits in PostgreSQL, by the last note of it; the ages go on without another."""

    def age(since: float | None) -> float:
        return 0.0 if since is None else max(0.0, now.timestamp() - since)

    for name, text, value in (
        ("webhook_events_waiting", "Events of platforms that wait.", waiting.events),
        ("webhook_events_dead", "Events of platforms that were given up.", waiting.dead),
        (
            "webhook_events_overdue_seconds",
            "Since when the event is due that waits longest.",
            age(waiting.events_due),
        ),
        ("imports_waiting", "Imports that wait for a worker.", waiting.imports),
        (
            "imports_oldest_seconds",
            "How long the oldest of them waits.",
            age(waiting.imports_since),
        ),
    ):
        yield _gauge(f"analytics_{name}", text, value)


def _gauge(name: str, description: str, value: float) -> Metric:
    return GaugeMetricFamily(name, description, value=float(value))


def _values(metric: Metric) -> set[float]:
    return {each.value for each in metric.samples}


def _waited(message: bytes | None, now: datetime) -> float | None:
    """For how many seconds a message waits; None where it does not say, or is none of ours."""
    try:
        published = float(json.loads(message or b"")["headers"][PUBLISHED])
        return max(0.0, now.timestamp() - published / 1000)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _seconds_since(swept: bytes | None, now: datetime) -> float:
    """For how many seconds nothing was swept: for ever, where it was not noted."""
    try:
        return _seconds((swept or b"").split()[1], now)
    except IndexError:
        return inf


def _seconds(since: bytes, now: datetime) -> float:
    """How many seconds ago a Unix time was: for ever, where it is none."""
    try:
        return max(0.0, now.timestamp() - float(since))
    except ValueError:
        return inf
