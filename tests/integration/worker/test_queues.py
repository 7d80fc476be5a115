"""A real worker on the real broker: what somebody waits for goes before what nobody waits for."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from redis import Redis
from tests.integration.worker.conftest import Shop

from common.jobs.celery import WARM_QUEUE
from common.jobs.publisher import Jobs
from common.reports.window import Window

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


def eventually(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_viewer_overtakes_a_long_backlog(
    shop: Shop, jobs: Jobs, service_url: str, redis_url: str, redis_client: Redis
) -> None:
    shop.load()
    ahead = shop.job(ahead=True)
    for days in range(200):
        over = Window(*(t - timedelta(days=days) for t in (ahead.window.start, ahead.window.end)))
        assert jobs.request_fresh(replace(ahead, window=over))
    asked = shop.job("sales-velocity")
    with worker(service_url, redis_url):
        eventually(lambda: redis_client.exists(ahead.key.cached))
        assert jobs.request_missing(asked)
        before = redis_client.llen(WARM_QUEUE)
        eventually(lambda: redis_client.exists(asked.key.cached))
        after = redis_client.llen(WARM_QUEUE)
    # One was under way when it was asked for; others are taken between its end and our look.
    assert before - after <= 5
    assert after >= 150


def test_a_worker_takes_only_the_queues_it_is_for(
    shop: Shop, jobs: Jobs, service_url: str, redis_url: str, redis_client: Redis
) -> None:
    shop.load()
    jobs.request_fresh(shop.job(ahead=True))
    asked = shop.job("sales-velocity")
    jobs.request_missing(asked)
    with worker(service_url, redis_url, WORKER_QUEUES="reports, links"):
        eventually(lambda: redis_client.exists(asked.key.cached))
        time.sleep(0.5)
        assert redis_client.llen(WARM_QUEUE) == 1
