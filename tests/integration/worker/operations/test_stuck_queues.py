"""Queues that nobody empties are told by their age, whoever sent the messages in them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from tests.support import wait
from tests.support.forked import Forked

from common.jobs.celery_config import IMPORT_QUEUE, LINK_QUEUE, PUBLISHED, QUEUES, WARM_QUEUE
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import reserved_port
from worker.operations.shared_state import SharedState

DAY_SECONDS = 86_400


def ages(redis: Redis) -> dict[str, float]:
    """How long the oldest message of each queue waits, where that is told."""
    return {
        sample.labels["queue"]: sample.value
        for metric in SharedState(redis, redis).collect()
        for sample in metric.samples
        if sample.name == "analytics_queue_oldest_seconds"
    }


@pytest.fixture
def scheduled(tmp_path: Path, service_url: str) -> Iterator[Redis]:
    """A broker with what the scheduler sends, and no worker."""
    port = reserved_port()
    with EmbeddedValkey(tmp_path / "valkey", password="of-this-test", port=port) as server:
        settings = {"REDIS_URL": server.url, "DATABASE_URL": service_url}
        with Forked(["worker", "beat"], env={**os.environ, **settings}) as beat:
            try:
                with Redis.from_url(server.url) as redis:
                    wait.until(lambda: redis.exists(LINK_QUEUE), "a job")
                    yield redis
            finally:
                beat.kill()


def test_the_schedule_alone_tells_that_nobody_takes_its_jobs(scheduled: Redis) -> None:
    sent = {queue for queue in QUEUES if scheduled.exists(queue)}
    assert LINK_QUEUE in sent
    for message in (each for queue in sent for each in scheduled.lrange(queue, 0, -1)):
        headers = json.loads(message)["headers"]
        assert isinstance(headers[PUBLISHED], int), headers["task"]
    (*_, oldest) = scheduled.lrange(LINK_QUEUE, 0, -1)
    assert isinstance(oldest, bytes)
    older = json.loads(oldest)
    older["headers"][PUBLISHED] -= 1000 * DAY_SECONDS
    scheduled.lset(LINK_QUEUE, -1, json.dumps(older))
    assert ages(scheduled)[LINK_QUEUE] >= DAY_SECONDS


def test_a_message_that_does_not_say_how_old_it_is_hides_none_that_does(
    redis_client: Redis,
) -> None:
    def message(seconds_ago: int) -> str:
        now = redis_client.time()[0]
        return json.dumps({"headers": {PUBLISHED: (now - seconds_ago) * 1000}})

    redis_client.lpush(WARM_QUEUE, "nonsense", message(2 * DAY_SECONDS), message(DAY_SECONDS))
    redis_client.lpush(IMPORT_QUEUE, "nonsense")
    found = ages(redis_client)
    assert 2 * DAY_SECONDS - 60 <= found[WARM_QUEUE] < 3 * DAY_SECONDS
    assert IMPORT_QUEUE not in found
