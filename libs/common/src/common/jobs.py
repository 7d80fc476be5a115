"""Jobs for the workers: their names and payloads, the Celery settings, and how one is asked for.

A job carries ids only, so that it can be run twice, late or on another host. Publishing is bounded:
with the broker refused or hung it fails within two seconds, and the caller still answers.

The settings, each with its reason:

- ``task_acks_late``, ``task_reject_on_worker_lost``: a killed worker's job is run again.
- ``worker_prefetch_multiplier = 1``: a job waits in the queue, not behind another in one worker.
- ``visibility_timeout``, ``unacked_restore_interval``, ``unacked_restore_throttle``: by the
  defaults a lost job came back after more than 60 s; with these within 10 s plus the time-out. No
  task may run longer than the visibility time-out, or it runs twice: hence the hard time limit.
- ``task_ignore_result``: the result is the cached report; nothing reads a result backend.
- ``socket_timeout``, ``socket_connect_timeout``, ``max_retries``: the bound on publishing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from celery import Celery
from kombu.exceptions import OperationalError
from redis import RedisError

from common.cache import ReportCache, ReportKey
from common.reports.window import Window

HARD_LIMIT_SECONDS: Final = 120
SOFT_LIMIT_SECONDS: Final = 110
VISIBILITY_TIMEOUT_SECONDS: Final = HARD_LIMIT_SECONDS + 10
CLAIM_SECONDS: Final = 15
"""How long one request for a computation stands before another may repeat it."""

QUEUE: Final = "reports"


class JobsUnavailableError(Exception):
    """The broker did not take the job; nothing was enqueued."""


@dataclass(frozen=True, slots=True)
class ComputeReport:
    """Compute a report and its CSV into the cache."""

    task: ClassVar[str] = "reports.compute"

    tenant_id: int
    report: str
    window: Window

    @property
    def key(self) -> ReportKey:
        """Where the report is cached."""
        return ReportKey(self.tenant_id, self.report, self.window)

    def payload(self) -> dict[str, Any]:
        """The job's arguments, as JSON carries them: instants as Unix seconds."""
        return {
            "tenant_id": self.tenant_id,
            "report": self.report,
            "start": int(self.window.start.timestamp()),
            "end": int(self.window.end.timestamp()),
        }

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> "ComputeReport":
        """The job behind ``payload``."""
        start, end = (datetime.fromtimestamp(payload[name], UTC) for name in ("start", "end"))
        return cls(payload["tenant_id"], payload["report"], Window(start, end))


@dataclass(frozen=True, slots=True)
class RestoreLink:
    """Write a link's state from the share ledger, for a Redis that does not know it."""

    task: ClassVar[str] = "links.restore"

    tenant_id: int
    link_id: UUID

    def payload(self) -> dict[str, Any]:
        """The job's arguments, as JSON carries them."""
        return {"tenant_id": self.tenant_id, "link_id": self.link_id.hex}

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> "RestoreLink":
        """The job behind ``payload``."""
        return cls(payload["tenant_id"], UUID(hex=payload["link_id"]))


Job = ComputeReport | RestoreLink


def create_celery(redis_url: str) -> Celery:
    """The Celery application, for those who publish as for those who work. Connects on use."""
    app = Celery("analytics", broker=redis_url)
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
        },
        task_acks_late=True,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_publish_retry=False,
        task_reject_on_worker_lost=True,
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

    def publish(self, job: Job) -> None:
        """Hand ``job`` to the workers.

        Raises:
            JobsUnavailableError: the broker is refused, hung or gone.
        """
        try:
            self._celery.send_task(job.task, kwargs=job.payload())
        except (OperationalError, RedisError, OSError) as error:
            raise JobsUnavailableError(str(error)) from error

    def request_report(self, job: ComputeReport) -> bool:
        """Have a report computed, once however many ask; whether this call enqueued it.

        Raises:
            JobsUnavailableError: the broker is refused, hung or gone.
        """
        return self._request(job, even_if_settled=True)

    def request_missing(self, job: ComputeReport) -> bool:
        """As ``request_report``, for one who looked and found nothing.

        What was stored, or failed, between that look and this call is not asked for again.

        Raises:
            JobsUnavailableError: the broker is refused, hung or gone.
        """
        return self._request(job, even_if_settled=False)

    def _request(self, job: ComputeReport, *, even_if_settled: bool) -> bool:
        try:
            claim = self._cache.claim(job.key, seconds=CLAIM_SECONDS)
            if claim is None:
                return False
            # Looked at with the claim in hand: no earlier request can be under way any more.
            if not even_if_settled and self._cache.settled(job.key):
                self._cache.release(job.key, claim)
                return False
        except (RedisError, OSError) as error:
            raise JobsUnavailableError(str(error)) from error
        try:
            self.publish(job)
        except JobsUnavailableError:
            self._forget(job, claim)
            raise
        return True

    def _forget(self, job: ComputeReport, claim: str) -> None:
        try:
            self._cache.release(job.key, claim)
        except (RedisError, OSError):
            return  # the claim lapses by itself
