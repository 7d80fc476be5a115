"""Job requests: what is missing is asked of the workers once per process, from a thread.

Across processes ``JobPublisher`` lets one request through; here the many requests of one process
become one, so that a crowd costs Redis one question.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Final

from redis import Redis

from common.infra.rate_limit import RateLimitExceededError
from common.infra.redis import VIEWER_JOBS, create_redis
from common.jobs.celery_config import create_celery
from common.jobs.payloads import ComputeReport, MakeForm, RestoreLink
from common.jobs.publisher import ClaimedJob, JobPublisher
from common.links.link_claims import LinkClaims
from common.links.state import state_key
from common.reports_cache.cache import ReportCache
from common.reports_cache.forms import FormKey
from report_viewer.loading.rate_limits import ComputationLimit
from report_viewer.loading.redis_store import key_of

_PUBLISHERS: Final = VIEWER_JOBS.connections
_REPEAT_SECONDS: Final = 1.0
"""A report may be asked for again so soon: its claim in Redis holds back what would be in vain."""
_RESTORE_REPEAT_SECONDS: Final = 10.0
"""A link has no claim, and looking it up is a moment's work: asked for rarely."""


def connect_for_publishing(redis_url: str) -> Redis:
    """A client for the threads that publish. Connects on use; bounded in time."""
    return create_redis(redis_url, VIEWER_JOBS)


def connect_jobs(redis: Redis, broker_url: str) -> JobPublisher:
    """The way to the workers. Connects on use; every step of it is bounded in time."""
    # The viewer asks and never stores, so for how long a report is kept is not its business.
    return JobPublisher(create_celery(broker_url), ReportCache(redis, keep_seconds=1))


class JobRequests:
    """Has reports computed and links restored, once however many ask."""

    def __init__(self, jobs: JobPublisher, limit: ComputationLimit) -> None:
        self._jobs = jobs
        self._limit = limit
        self._threads = ThreadPoolExecutor(_PUBLISHERS, thread_name_prefix="publish")
        self._requested: dict[str, asyncio.Future[bool]] = {}

    def compute(self, claims: LinkClaims) -> "asyncio.Future[bool]":
        """Have a missing report computed, as often as that is allowed.

        The future raises ``JobsUnavailableError`` and ``RateLimitExceededError``.
        """

        return self._once(
            key_of(claims).cached,
            lambda: self._publish(claims, self._jobs.claim_missing(_computation(claims))),
        )

    def recompute(self, claims: LinkClaims) -> "asyncio.Future[bool]":
        """Have a report computed, or brought back, that is there and of no use."""
        if claims.frozen:
            return self.restore_report(claims)
        return self._once(
            key_of(claims).cached, lambda: self._jobs.request_report(_computation(claims))
        )

    def refresh(self, claims: LinkClaims) -> "asyncio.Future[bool]":
        """Have a report computed again that newer data have overtaken.

        Days that a reader named are endless, and count as their first computation did.
        """
        name, job = key_of(claims).cached, _computation(claims)
        if not claims.choice.names_days:
            return self._once(name, lambda: self._jobs.request_fresh(job))
        return self._once(name, lambda: self._publish(claims, self._jobs.claim_fresh(job)))

    def restore_report(self, claims: LinkClaims) -> "asyncio.Future[bool]":
        """Have a link's frozen report brought back; its state comes with it.

        The future raises ``JobsUnavailableError``.
        """
        job = RestoreLink(claims.tenant_id, claims.link_id)

        def publish() -> bool:
            self._jobs.publish(job)
            return True

        return self._once(key_of(claims).cached, publish)

    def make_form(self, claims: LinkClaims, key: FormKey) -> "asyncio.Future[bool]":
        """Have a form made, as often as computations are allowed; raises as ``compute`` does."""
        job = MakeForm.of(key)
        return self._once(key.cached, lambda: self._publish(claims, self._jobs.claim_form(job)))

    def restore_link(self, claims: LinkClaims) -> "asyncio.Future[bool]":
        """Have the link's state written. The future raises ``JobsUnavailableError``."""
        job = RestoreLink(claims.tenant_id, claims.link_id)

        def publish() -> bool:
            self._jobs.publish(job)
            return True

        name = state_key(claims.tenant_id, claims.link_id)
        return self._once(name, publish, repeat_seconds=_RESTORE_REPEAT_SECONDS)

    def _publish(self, claims: LinkClaims, claimed: ClaimedJob | None) -> bool:
        """Publish what was claimed for a link, unless it is over its limit."""
        if claimed is None:
            return False
        try:
            self._limit.check(claims)
        except RateLimitExceededError:
            self._jobs.release(claimed)
            raise
        self._jobs.publish_claimed(claimed)
        return True

    def forget(self, name: str) -> None:
        """A job is done: the next request that misses its result may ask again."""
        self._requested.pop(name, None)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _once(
        self, name: str, ask: Callable[[], bool], *, repeat_seconds: float = _REPEAT_SECONDS
    ) -> "asyncio.Future[bool]":
        requested = self._requested.get(name)
        if requested is None:
            loop = asyncio.get_running_loop()
            asking = partial(copy_context().run, ask)
            requested = self._requested[name] = loop.run_in_executor(self._threads, asking)
            requested.add_done_callback(lambda done: self._keep(name, done, repeat_seconds))
        return requested

    def _keep(self, name: str, done: "asyncio.Future[bool]", seconds: float) -> None:
        """Remember an answer as long as asking again would be in vain, a failure not at all."""

        def lapse() -> None:
            if self._requested.get(name) is done:
                del self._requested[name]

        if done.cancelled() or done.exception() is not None:
            lapse()
            return
        done.get_loop().call_later(seconds, lapse)


def _computation(claims: LinkClaims) -> ComputeReport:
    return ComputeReport.of(key_of(claims))
