"""A real worker tells what its processes did, and what of the system it sees."""

import json
from datetime import timedelta
from math import inf

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis
from tests.integration.worker.conftest import Shop
from tests.integration.worker.test_queues import worker
from tests.support import wait

from common.db.shards import HOME
from common.instants import now
from common.jobs.celery_config import IMPORT_QUEUE, PUBLISHED, WARM_QUEUE
from common.jobs.publisher import JobPublisher
from common.links import view_counts
from devstack.processes.sockets import reserved_port
from worker.operations import dead_letters
from worker.operations.metrics import JobMetrics, Stopwatch
from worker.operations.shared_state import SharedState, swept_key

DAY_SECONDS = 86_400


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """The values by name and labels, which are in the order of their names."""
    return {
        (each.name, tuple(value for _, value in sorted(each.labels.items()))): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def test_a_worker_tells_the_sums_of_its_processes(
    shop: Shop, jobs: JobPublisher, service_url: str, redis_url: str, redis_client: Redis
) -> None:
    shop.load()
    port = reserved_port()
    failing = shop.job("no-such-report")
    with worker(
        service_url, redis_url, WORKER_METRICS_PORT=str(port), WORKER_CONCURRENCY="2"
    ) as process:
        assert jobs.request_missing(shop.job())
        jobs.publish(failing)
        wait.until(lambda: shop.cache.meta(shop.key()), "the report")
        wait.until(lambda: redis_client.exists(failing.key.failed), "the failure")

        def told() -> dict[tuple[str, tuple[str, ...]], float] | None:
            found = samples(httpx.get(f"http://127.0.0.1:{port}/metrics").text)
            counted = [each for each in found if each[0] == "worker_computations_total"]
            return found if len(counted) == 2 else None

        found = wait.until(told, "both computations in the metrics")
        assert process.poll() is None
    assert found is not None
    assert found["worker_computations_total", ("computed", "revenue-overview")] == 1
    assert found["worker_computations_total", ("failed", "unknown")] == 1
    for part in ("query", "document", "csv", "total"):
        assert found["worker_computation_seconds_count", (part, "revenue-overview")] == 1
    assert found["analytics_redis_up", ()] == 1
    assert found["analytics_queue_jobs", ("reports",)] == 0


def test_the_age_of_the_oldest_job_is_told(
    shop: Shop, jobs: JobPublisher, redis_client: Redis
) -> None:
    assert jobs.request_fresh(shop.job(ahead=True))
    (message,) = redis_client.lrange(WARM_QUEUE, 0, -1)
    older = json.loads(message)
    older["headers"][PUBLISHED] -= 1000 * DAY_SECONDS
    redis_client.rpush(WARM_QUEUE, json.dumps(older))
    redis_client.rpush(IMPORT_QUEUE, "nonsense")
    redis_client.lpush(dead_letters.KEY, "x", "y")
    found = {
        (sample.name, tuple(sample.labels.values())): sample.value
        for metric in SharedState(redis_client, redis_client).collect()
        for sample in metric.samples
    }
    assert found["analytics_queue_jobs", (WARM_QUEUE,)] == 2
    assert found["analytics_queue_oldest_seconds", (WARM_QUEUE,)] >= DAY_SECONDS
    assert ("analytics_queue_oldest_seconds", (IMPORT_QUEUE,)) not in found
    assert found["analytics_dead_letters", ()] == 2


def test_views_that_wait_are_told_by_their_age(redis_client: Redis) -> None:
    def told() -> list[float]:
        return [
            sample.value
            for metric in SharedState(redis_client, redis_client).collect()
            for sample in metric.samples
            if sample.name == "analytics_views_transfer_age_seconds"
        ]

    assert told() == []
    view_counts.note_transfer(redis_client, now() - timedelta(days=1))
    assert DAY_SECONDS <= told()[0] < 2 * DAY_SECONDS
    redis_client.set(view_counts.TRANSFERRED, "nonsense")
    assert told() == [inf]


def test_what_was_never_swept_is_told_of_each_database_server(redis_client: Redis) -> None:
    def ages(*servers: str) -> dict[str, float]:
        """The ages by the server that they name."""
        return {
            sample.labels.get("server", ""): sample.value
            for metric in SharedState(redis_client, redis_client, servers).collect()
            for sample in metric.samples
            if sample.name == "analytics_revocation_sweep_age_seconds"
        }

    assert ages(HOME) == {"": inf}
    redis_client.set(swept_key(HOME), f"run {now().timestamp()}")
    redis_client.set(swept_key("east"), f"run {now().timestamp() - DAY_SECONDS}")
    told = ages(HOME, "east", "west")
    assert DAY_SECONDS <= told["east"] < told["west"] == inf
    assert ages(HOME)[""] == pytest.approx(told[HOME], abs=DAY_SECONDS / 2)


def test_a_redis_that_is_away_is_told() -> None:
    with Redis.from_url("redis://127.0.0.1:1") as nobody:
        (told,) = SharedState(nobody, nobody).collect()
    assert [(each.name, each.value) for each in told.samples] == [("analytics_redis_up", 0)]


def test_a_stopwatch_notes_each_part_and_the_whole() -> None:
    metrics = JobMetrics()
    watch = Stopwatch(metrics, "sales-velocity")
    watch.lap("query")
    watch.stop()
    values = [
        metrics.registry.get_sample_value(
            "worker_computation_seconds_sum", {"report": "sales-velocity", "part": part}
        )
        for part in ("query", "total")
    ]
    query, total = values
    assert query is not None
    assert total is not None
    assert query <= total
