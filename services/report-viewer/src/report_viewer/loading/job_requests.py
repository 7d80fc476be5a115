"""Asks the workers for what is missing: once per process and thing, from a thread.

Across processes ``JobPublisher`` lets one asker through; here the many requests of one
process become one, so that a crowd costs Redis one question.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from redis import Redis

from common.infra.redis import VIEWER_JOBS, create_redis
from common.jobs.celery import create_celery
from common.jobs.payloads import ComputeReport, RestoreLink
from common.jobs.publisher import JobPublisher
from common.links.state import state_key
from common.links.token import LinkClaims
from common.reports_cache.cache import ReportCache
from report_viewer.loading.rate_limits import ColdThrottle
from report_viewer.loading.redis_store import key_of

_PUBLISHERS: Final = VIEWER_JOBS.connections
_ASK_AGAIN_SECONDS: Final = 1.0
"""A report may be asked for again so soon: its claim in Redis holds back what would be in vain."""
_RESTORE_AGAIN_SECONDS: Final = 10.0
"""A link has no claim, and looking it up is a moment's work: asked for rarely."""


def connect_for_asking(redis_url: str) -> Redis:
    """A client for the threads that ask. Connects on use; bounded in time."""
    return create_redis(redis_url, VIEWER_JOBS)


def connect_jobs(redis: Redis, broker_url: str) -> JobPublisher:
    """The way to the workers. Connects on use; every step of it is bounded in time."""
    # The viewer asks and never stores, so for how long a report is kept is not its business.
    return JobPublisher(create_celery(broker_url), ReportCache(redis, keep_seconds=1))


class Asking:
    """Has reports computed and links restored, however many ask."""

    def __init__(self, jobs: JobPublisher, cold: ColdThrottle) -> None:
        self._jobs = jobs
        self._cold = cold
        self._threads = ThreadPoolExecutor(_PUBLISHERS, thread_name_prefix="publish")
        self._asked: dict[str, asyncio.Future[bool]] = {}

    def for_report(self, claims: LinkClaims) -> "asyncio.Future[bool]":
        """Have a missing report computed, as often as that is allowed.

        The future raises ``JobsUnavailableError`` and ``RateLimitExceededError``.
        """

        def ask() -> bool:
            return self._jobs.request_missing(
                _computation(claims), check=lambda: self._cold.check(claims)
            )

        return self._once(key_of(claims).cached, ask)

    def for_report_again(self, claims: LinkClaims) -> "asyncio.Future[bool]":
        """Have a report computed that is there and of no use."""
        return self._once(
            key_of(claims).cached, lambda: self._jobs.request_report(_computation(claims))
        )

    def for_fresh_report(self, claims: LinkClaims) -> "asyncio.Future[bool]":
        """Have a report computed again that newer data have overtaken."""
        return self._once(
            key_of(claims).cached, lambda: self._jobs.request_fresh(_computation(claims))
        )

    def for_link(self, claims: LinkClaims) -> "asyncio.Future[bool]":
        """Have the link's state written. The future raises ``JobsUnavailableError``."""
        job = RestoreLink(claims.tenant_id, claims.link_id)

        def publish() -> bool:
            self._jobs.publish(job)
            return True

        name = state_key(claims.tenant_id, claims.link_id)
        return self._once(name, publish, again_seconds=_RESTORE_AGAIN_SECONDS)

    def forget(self, name: str) -> None:
        """What was asked for is done: the next one who misses it may ask again."""
        self._asked.pop(name, None)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _once(
        self, name: str, ask: Callable[[], bool], *, again_seconds: float = _ASK_AGAIN_SECONDS
    ) -> "asyncio.Future[bool]":
        asked = self._asked.get(name)
        if asked is None:
            loop = asyncio.get_running_loop()
            asked = self._asked[name] = loop.run_in_executor(self._threads, ask)
            asked.add_done_callback(lambda done: self._keep(name, done, again_seconds))
        return asked

    def _keep(self, name: str, done: "asyncio.Future[bool]", seconds: float) -> None:
        """Remember an answer as long as asking again would be in vain, a failure not at all."""

        def lapse() -> None:
            if self._asked.get(name) is done:
                del self._asked[name]

        if done.cancelled() or done.exception() is not None:
            lapse()
            return
        done.get_loop().call_later(seconds, lapse)


def _computation(claims: LinkClaims) -> ComputeReport:
    return ComputeReport(claims.tenant_id, claims.report, claims.window)
