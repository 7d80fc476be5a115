"""A real worker on the real broker: what somebody waits for goes before what nobody waits for."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis
from tests.integration.worker.conftest import Shop

from common.cache import DONE_CHANNEL
from common.jobs import QUEUES, WARM_QUEUE, Jobs
from common.reports.window import Window
from worker.settings import WorkerSettings

PATIENCE = 60.0


@contextmanager
def worker(database_url: str, redis_url: str, **settings: str) -> Iterator[None]:
    """A worker of one process that is gone afterwards."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "WORKER_CONCURRENCY": "1",
        **settings,
    }
    process = subprocess.Popen([sys.executable, "-m", "worker"], env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def announcements(redis: Redis) -> Iterator[Callable[[], str]]:
    """The next key that is announced as done."""
    with redis.pubsub(ignore_subscribe_messages=True) as channel:
        channel.subscribe(DONE_CHANNEL)
        channel.get_message(timeout=1)

        def following() -> str:
            deadline = time.monotonic() + PATIENCE
            while (message := channel.get_message(timeout=1)) is None:
                assert time.monotonic() < deadline
            return str(message["data"].decode())

        yield following


def test_a_viewer_overtakes_a_long_backlog(
    shop: Shop, jobs: Jobs, service_url: str, redis_url: str, redis_client: Redis
) -> None:
    shop.load()
    ahead = shop.job(ahead=True)
    for days in range(200):
        over = Window(*(t - timedelta(days=days) for t in (ahead.window.start, ahead.window.end)))
        assert jobs.request_fresh(replace(ahead, window=over))
    asked = shop.job("sales-velocity")
    with announcements(redis_client) as following, worker(service_url, redis_url):
        following()
        assert jobs.request_missing(asked)
        done = []
        while asked.key.cached not in done:
            done.append(following())
        left = redis_client.llen(WARM_QUEUE)
    # One was under way when it was asked for, and one more may have been taken by then.
    assert len(done) <= 4, done
    assert left >= 180


def test_a_worker_takes_only_the_queues_it_is_for(
    shop: Shop, jobs: Jobs, service_url: str, redis_url: str, redis_client: Redis
) -> None:
    shop.load()
    jobs.request_fresh(shop.job(ahead=True))
    jobs.request_missing(shop.job("sales-velocity"))
    with (
        announcements(redis_client) as following,
        worker(service_url, redis_url, WORKER_QUEUES="reports, links"),
    ):
        assert following() == shop.key("sales-velocity").cached
        time.sleep(0.5)
        assert redis_client.llen(WARM_QUEUE) == 1


@pytest.mark.parametrize(
    ("given", "taken"),
    [("warm,links", "links,warm"), (" imports ", "imports"), (None, ",".join(QUEUES))],
)
def test_queues_are_taken_in_the_order_that_counts(given: str | None, taken: str) -> None:
    values = {"REDIS_URL": "redis://x", "DATABASE_URL": "postgresql://x"}
    if given is not None:
        values["WORKER_QUEUES"] = given
    assert WorkerSettings.model_validate(values).queues == taken


def test_an_unknown_queue_is_refused() -> None:
    values = {"REDIS_URL": "redis://x", "DATABASE_URL": "postgresql://x", "WORKER_QUEUES": "x"}
    with pytest.raises(ValueError, match="must be some of links, reports, imports, warm"):
        WorkerSettings.model_validate(values)
