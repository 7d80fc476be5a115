"""Jobs for the workers: the Celery settings, and how a job is asked for.

Publishing is bounded: with the broker refused or hung it fails within two seconds, and the caller
still answers. What jobs carry is said in ``common.payloads``.

The settings, each with its reason:

- ``task_acks_late``, ``task_reject_on_worker_lost``: a killed worker's job is run again.
- ``worker_prefetch_multiplier = 1``: a job waits in the queue, not behind another in one worker.
- ``visibility_timeout``, ``unacked_restore_interval``, ``unacked_restore_throttle``: by the
  defaults a lost job came back after more than 60 s; with these within 10 s plus the time-out. No
  task may run longer than the visibility time-out, or it runs twice: hence the hard time limit.
- An import is the exception: it may take an hour, and the visibility time-out, which every worker
  applies to every unacknowledged message, would have it run many times at once. Its message is
  acknowledged when it is taken, and says only that there is something to do: the truth is the row
  in ``imports``, and a sweep by the clock asks again for what a killed worker left (see
  ``worker.imports``). It has a queue of its own, so that workers can be kept for reports.
- ``queue_order_strategy = "priority"``: queues are emptied in the order of ``QUEUES``, not in turn.
  Whoever waits before a page goes first, what nobody waits for goes last. A worker takes them all
  unless ``WORKER_QUEUES`` keeps it for some.
- ``expires`` of jobs ahead of demand: a backlog dies by itself, the next round asks for what is
  still wanted.
- ``task_ignore_result``: the result is the cached report; nothing reads a result backend.
- ``socket_timeout``, ``socket_connect_timeout``, ``max_retries``: the bound on publishing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from celery import Celery
from kombu.exceptions import OperationalError
from redis import RedisError

from common import instants
from common.cache import ReportCache
from common.claims import Claims, Enough
from common.payloads import (
    AnswerDiscord,
    ComputeReport,
    Job,
    RestoreLink,
    RunImport,
    WarmTenant,
)
from common.throttling import ThrottledError

__all__ = [
    "AnswerDiscord",
    "ComputeReport",
    "Job",
    "Jobs",
    "RestoreLink",
    "RunImport",
    "WarmTenant",
]

HARD_LIMIT_SECONDS: Final = 120
SOFT_LIMIT_SECONDS: Final = 110
VISIBILITY_TIMEOUT_SECONDS: Final = HARD_LIMIT_SECONDS + 10
CLAIM_SECONDS: Final = 10
"""How long one request for a computation stands before another may repeat it: the time in the
queue. What is asked for twice is computed once, so it may be short; a lost job costs this long."""

IMPORT_HARD_LIMIT_SECONDS: Final = 7200
IMPORT_SOFT_LIMIT_SECONDS: Final = IMPORT_HARD_LIMIT_SECONDS - 60

LINK_QUEUE: Final = "links"
"""Jobs of a millisecond that a viewer waits for: no page may wait behind a computation for them."""
QUEUE: Final = "reports"
DISCORD_QUEUE: Final = "discord"
"""Answers to Discord: someone waits, but a page goes first, and Discord may be slow."""
IMPORT_QUEUE: Final = "imports"
WARM_QUEUE: Final = "warm"
"""Jobs that nobody waits for."""
QUEUES: Final = (LINK_QUEUE, QUEUE, DISCORD_QUEUE, IMPORT_QUEUE, WARM_QUEUE)
"""All queues, the one that goes first in front."""
AHEAD_EXPIRES_SECONDS: Final = 300


class JobsUnavailableError(Exception):
    """The broker did not take the job; nothing was enqueued."""


def create_celery(broker_url: str) -> Celery:
    """The Celery application, for those who publish as for those who work. Connects on use."""
    app = Celery("analytics", broker=broker_url)
    app.conf.update(
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
            "unacked_restore_interval": 2,
            "unacked_restore_throttle": 1,
            "socket_timeout": 2,
            "socket_connect_timeout": 1,
            "socket_keepalive": True,
            "max_retries": 0,
            "queue_order_strategy": "priority",
        },
        task_acks_late=True,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_publish_retry=False,
        task_reject_on_worker_lost=True,
        task_routes={
            RestoreLink.task: {"queue": LINK_QUEUE},
            AnswerDiscord.task: {"queue": DISCORD_QUEUE},
            RunImport.task: {"queue": IMPORT_QUEUE},
            "warm.*": {"queue": WARM_QUEUE},
        },
        task_serializer="json",
        task_soft_time_limit=SOFT_LIMIT_SECONDS,
        task_time_limit=HARD_LIMIT_SECONDS,
        accept_content=["json"],
        timezone="UTC",
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
    )
    return app


class Jobs:
    """Publishes jobs. Blocking: call it from a thread, never on an event loop."""

    def __init__(self, celery: Celery, cache: ReportCache) -> None:
        self._celery = celery
        self._cache = cache
        self._claims = Claims(cache.redis)

    def publish(self, job: Job, *, after_seconds: float | None = None) -> None:
        """Hand ``job`` to the workers, now or to be run after some time.

        That time has to be well below the visibility time-out: the message is held by a worker.

        Raises:
            JobsUnavailableError: the broker is refused, hung or gone.
        """
        ahead = isinstance(job, ComputeReport) and job.ahead
        try:
            self._celery.send_task(
                job.task,
                kwargs=job.payload(),
                queue=WARM_QUEUE if ahead else None,
                expires=AHEAD_EXPIRES_SECONDS if ahead else None,
                countdown=after_seconds,
            )
        except (OperationalError, RedisError, OSError) as error:
            raise JobsUnavailableError(str(error)) from error

    def request_report(self, job: ComputeReport) -> bool:
        """Have a report computed whatever is cached, once however many ask; whether this call did.

        Not while it is being computed, nor shortly after that failed.

        Raises:
            JobsUnavailableError: the broker is refused, hung or gone.
        """
        return self._request(job, Enough.NOTHING)

    def request_missing(
        self, job: ComputeReport, *, admit: Callable[[], None] | None = None
    ) -> bool:
        """As ``request_report``, unless one is cached by now, fresh or not.

        ``admit`` is called when it is this call that would have it computed, and may refuse: then
        the next one may ask.

        Raises:
            JobsUnavailableError: the broker is refused, hung or gone.
            ThrottledError: ``admit`` refused.
        """
        return self._request(job, Enough.ANY, admit=admit)

    def request_fresh(self, job: ComputeReport, *, lasting_seconds: int = 0) -> bool:
        """As ``request_report``, unless one of the latest data is cached for some time yet."""
        return self._request(job, Enough.FRESH, lasting_seconds=lasting_seconds)

    def tell_data(self, tenant_id: int, version: int) -> None:
        """Say that a load has committed: cached reports are stale now, popular ones are remade.

        Raises:
            JobsUnavailableError: Redis or the broker is refused, hung or gone.
        """
        try:
            self._cache.announce_data(tenant_id, version)
        except (RedisError, OSError) as error:
            raise JobsUnavailableError(str(error)) from error
        self.publish(WarmTenant(tenant_id))

    def _request(
        self,
        job: ComputeReport,
        enough: Enough,
        *,
        lasting_seconds: int = 0,
        admit: Callable[[], None] | None = None,
    ) -> bool:
        asked_at = int(instants.now().timestamp() * 1000)
        try:
            # Ahead of demand there is no mark: a viewer who asks does not wait behind that queue.
            claim = self._claims.claim(
                job.key,
                seconds=CLAIM_SECONDS,
                enough=enough,
                lasting_seconds=lasting_seconds,
                mark=not job.ahead,
            )
        except (RedisError, OSError) as error:
            raise JobsUnavailableError(str(error)) from error
        if claim is None:
            return False
        try:
            if admit is not None:
                admit()
            self.publish(replace(job, asked_at=asked_at))
        except (JobsUnavailableError, ThrottledError):
            self._forget(job, claim)
            raise
        return True

    def _forget(self, job: ComputeReport, claim: str) -> None:
        try:
            self._claims.release(job.key, claim)
        except (RedisError, OSError):
            return  # the claim lapses by itself
