"""A thread that computes reports and forms and looks links up, by the workers' own functions."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis
from sqlalchemy import Engine
from tests.support import wait

from common.jobs.celery_config import LINK_QUEUE, QUEUE
from common.jobs.payloads import ComputeReport, MakeForm, RestoreLink
from common.links.state import LinkStateStore
from common.reports_cache.cache import ReportCache
from worker.forms import make
from worker.links import restore
from worker.reports import compute
from worker.reports.lease import Leases


class JobsWorker(threading.Thread):
    """Takes jobs until it is stopped; ``done`` are the names of those taken."""

    def __init__(self, engine: Engine, redis: Redis) -> None:
        super().__init__(daemon=True)
        self._engine, self._redis = engine, redis
        self._cache = ReportCache(redis, keep_seconds=600)
        self._ended = threading.Event()
        self.done: list[str] = []
        self.failed: list[Exception] = []

    def run(self) -> None:
        while not self._ended.is_set():
            found = self._redis.brpop([LINK_QUEUE, QUEUE], timeout=0.1)
            if found is None:
                continue
            try:
                self._take(json.loads(found[1]))
            except Exception as error:  # noqa: BLE001 - told by the test
                self.failed.append(error)

    def _take(self, message: dict[str, Any]) -> None:
        payload, task = json.loads(base64.b64decode(message["body"]))[1], message["headers"]["task"]
        if task == RestoreLink.task:
            states = LinkStateStore(self._redis)
            restore.restore_link(self._engine, states, self._cache, RestoreLink.parse(payload))
        elif task == ComputeReport.task:
            compute.compute(self._engine, self._cache, ComputeReport.parse(payload))
        elif task == MakeForm.task:
            make.make_once(self._redis, Leases(self._redis), MakeForm.parse(payload))
        self.done.append(task)

    def stop(self) -> None:
        self._ended.set()
        self.join(wait.PATIENCE_SECONDS)
        assert not self.is_alive()
        assert self.failed == []


@contextmanager
def working(engine: Engine, redis: Redis) -> Iterator[JobsWorker]:
    """A worker for a while."""
    worker = JobsWorker(engine, redis)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
