"""Publishes jobs, and claims computations so that each is asked for once.

Publishing is bounded: with the broker refused or hung it fails within two seconds, and the caller
still answers. What jobs carry is said in ``common.jobs.payloads``, how they are taken in
``common.jobs.celery_config``.
"""

from dataclasses import dataclass
from typing import Final

from celery import Celery
from kombu.exceptions import OperationalError
from msgspec.structs import replace
from redis import RedisError

from common import instants
from common.infra import tracing
from common.infra.tracing import Kind
from common.jobs import origin
from common.jobs.celery_config import WARM_QUEUE
from common.jobs.payloads import (
    ComputeReport,
    Job,
    MakeForm,
    WarmTenant,
    WorkWebhooks,
)
from common.reports_cache.cache import ReportCache
from common.reports_cache.claims import CachePolicy, Claims

CLAIM_SECONDS: Final = 10
"""How long one request for a computation stands before another may repeat it: the time in the
queue. What is asked for twice is computed once, so it may be short; a lost job costs this long."""

AHEAD_EXPIRES_SECONDS: Final = 300
"""A backlog ahead of demand dies by itself: the next round asks for what is still wanted."""

WEBHOOKS_ASKED_SECONDS: Final = 30
"""How long one message stands for all events of a tenant before another is sent."""


def webhooks_key(tenant_id: int) -> str:
    """The key that says that a tenant's events are asked for."""
    return f"{{{tenant_id}}}:webhooks"


class JobsUnavailableError(Exception):
    """The broker did not take the job; nothing was enqueued."""


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A computation that its caller alone may publish for a while."""

    job: ComputeReport | MakeForm
    claim: str


class JobPublisher:
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
            with tracing.span(f"publish {job.task}", Kind.PRODUCER):
                self._celery.send_task(
                    job.task,
                    kwargs=job.payload(),
                    headers=origin.headers(),
                    queue=WARM_QUEUE if ahead else None,
                    expires=AHEAD_EXPIRES_SECONDS if ahead else None,
                    countdown=after_seconds,
                )
        except (OperationalError, RedisError, OSError) as error:
            raise JobsUnavailableError(str(error)) from error

    def request_webhooks(self, tenant_id: int) -> bool:
        """Have a tenant's events worked off, unless that is asked for and has not begun.

        Whether this call asked. Say it after the event is committed: who begins sees it then.

        Raises:
            JobsUnavailableError: Redis or the broker is refused, hung or gone.
        """
        try:
            key, seconds = webhooks_key(tenant_id), WEBHOOKS_ASKED_SECONDS
            if not self._cache.redis.set(key, b"1", nx=True, ex=seconds):
                return False
        except (RedisError, OSError) as error:
            raise JobsUnavailableError(str(error)) from error
        self.publish(WorkWebhooks(tenant_id))
        return True

    def begin_webhooks(self, tenant_id: int) -> None:
        """Say that a tenant's events are looked for now: what comes later has to ask again."""
        try:
            self._cache.redis.delete(webhooks_key(tenant_id))
        except (RedisError, OSError):
            return  # it lapses by itself

    def request_report(self, job: ComputeReport) -> bool:
        """Have a report computed whatever is cached, once however many ask; whether this call did.

        Not while it is being computed, nor shortly after that failed.

        Raises:
            JobsUnavailableError: the broker is refused, hung or gone.
        """
        return self._request(job, CachePolicy.NOTHING)

    def request_missing(self, job: ComputeReport) -> bool:
        """As ``request_report``, unless one is cached by now, fresh or not."""
        return self._request(job, CachePolicy.ANY)

    def claim_missing(self, job: ComputeReport, *, unreadable: bool = False) -> ClaimedJob | None:
        """As ``request_missing`` up to the claim: None where the report needs no computation.

        One that was found ``unreadable`` is as good as missing. The caller publishes what it
        claimed, or releases it, so that the next one may ask.

        Raises:
            JobsUnavailableError: Redis is refused, hung or gone.
        """
        return self._claim(job, CachePolicy.NOTHING if unreadable else CachePolicy.ANY)

    def claim_fresh(self, job: ComputeReport) -> ClaimedJob | None:
        """As ``claim_missing``, unless one of the latest data is cached.

        Raises:
            JobsUnavailableError: Redis is refused, hung or gone.
        """
        return self._claim(job, CachePolicy.FRESH)

    def claim_form(self, job: MakeForm) -> ClaimedJob | None:
        """As ``claim_missing``, unless a form of the very report that is cached is there by now.

        Raises:
            JobsUnavailableError: Redis is refused, hung or gone.
        """
        return self._claim(job, CachePolicy.SAME)

    def publish_claimed(self, claimed: ClaimedJob) -> None:
        """Publish a claimed job; where that fails it is released.

        Raises:
            JobsUnavailableError: the broker is refused, hung or gone.
        """
        try:
            self.publish(claimed.job)
        except JobsUnavailableError:
            self.release(claimed)
            raise

    def release(self, claimed: ClaimedJob) -> None:
        """Give a claim back."""
        try:
            self._claims.release(claimed.job.key, claimed.claim)
        except (RedisError, OSError):
            return  # the claim lapses by itself

    def request_fresh(self, job: ComputeReport, *, lasting_seconds: int = 0) -> bool:
        """As ``request_report``, unless one of the latest data is cached for some time yet."""
        return self._request(job, CachePolicy.FRESH, lasting_seconds=lasting_seconds)

    def announce_data_version(self, tenant_id: int, version: int) -> None:
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
        self, job: ComputeReport, enough: CachePolicy, *, lasting_seconds: int = 0
    ) -> bool:
        claimed = self._claim(job, enough, lasting_seconds=lasting_seconds)
        if claimed is None:
            return False
        self.publish_claimed(claimed)
        return True

    def _claim(
        self, job: ComputeReport | MakeForm, enough: CachePolicy, *, lasting_seconds: int = 0
    ) -> ClaimedJob | None:
        asked_at = _milliseconds()
        try:
            # Ahead of demand there is no mark: a viewer who asks does not wait behind that queue.
            claim = self._claims.claim(
                job.key,
                seconds=CLAIM_SECONDS,
                enough=enough,
                lasting_seconds=lasting_seconds,
                mark=not (isinstance(job, ComputeReport) and job.ahead),
            )
        except (RedisError, OSError) as error:
            raise JobsUnavailableError(str(error)) from error
        return None if claim is None else ClaimedJob(replace(job, asked_at=asked_at), claim)


def _milliseconds() -> int:
    return int(instants.now().timestamp() * 1000)
