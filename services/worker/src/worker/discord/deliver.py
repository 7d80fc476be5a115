"""Delivery of a report to Discord: from a job to the message, a retry, or one line in the log.

An attempt takes a bounded time and never waits in the process: what has to come later is published
anew. A job may run twice: the same answer is put in the same place.
"""

import logging
import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from msgspec import structs
from redis import Redis, RedisError
from sqlalchemy import Engine, exists, select
from sqlalchemy.exc import SQLAlchemyError

from common.db.discord import DiscordConnection
from common.db.shares import SharingStop
from common.db.tenancy import Access, transaction
from common.jobs.discord_promises import Promise, PromiseStore
from common.jobs.payloads import AnswerDiscord, ComputeReport
from common.jobs.publisher import JobPublisher
from common.reports.document.schema import Document
from common.reports.model import COUNT_DAYS
from common.reports_cache import copies
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import UnreadableReportError
from worker.discord import client
from worker.discord.client import AttemptOutcome, Result
from worker.discord.message import Message, report_message, text_message
from worker.discord.rate_limit import DiscordRateLimit
from worker.reports import single_flight
from worker.reports.lease import Leases

UNDER_WAY_SECONDS: Final = 0.5
NEXT_TURN_SECONDS: Final = 0.5
FIRST_BACK_OFF_SECONDS: Final = 2.0
MOST_WAIT_SECONDS: Final = 60.0
"""The longest wait at once: a worker holds the message meanwhile, for less than the visibility
time-out."""
COMPUTATIONS: Final = 5
NOT_YET_ATTEMPTS: Final = 5
NOT_SHARED: Final = "The shop does not share its reports here any more."
NOT_COMPUTED: Final = "Sorry, the report could not be computed. Please try again later."

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What answering takes."""

    engine: Engine
    cache: ReportCache
    leases: Leases
    promises: PromiseStore
    rate_limit: DiscordRateLimit
    jobs: JobPublisher
    api_base: str
    count_days: int = COUNT_DAYS
    """For how many days a stock count is recent."""


def create_delivery_context(
    engine: Engine,
    redis: Redis,
    cache: ReportCache,
    jobs: JobPublisher,
    *,
    api_base: str,
    count_days: int = COUNT_DAYS,
) -> DeliveryContext:
    """What answering takes, around the worker's connections."""
    leases, promises, rate_limit = Leases(redis), PromiseStore(redis), DiscordRateLimit(redis)
    return DeliveryContext(engine, cache, leases, promises, rate_limit, jobs, api_base, count_days)


def deliver_report(job: AnswerDiscord, using: DeliveryContext, *, now: datetime) -> None:
    """Put the report into Discord, or publish another attempt, or drop it with a line in the log.

    Raises:
        JobsUnavailableError: another attempt could not be published.
    """
    wait = max(job.not_before - now.timestamp(), 0)
    if now.timestamp() + wait >= job.answer_by:
        logger.warning("answer to Discord dropped: its time is over", extra=_facts(job))
        return
    try:
        wait = max(wait, using.rate_limit.pause_left())
        again = _wait(wait) if wait else _attempt(job, using, now=now)
    except (RedisError, SQLAlchemyError) as error:
        logger.warning("answer to Discord put off: %s", type(error).__name__, extra=_facts(job))
        again = _back_off(job)
    if again is not None:
        not_before = math.ceil(now.timestamp() + again.seconds) if again.imposed else job.not_before
        later = structs.replace(job, attempt=job.attempt + again.counts, not_before=not_before)
        using.jobs.publish(later, after_seconds=min(again.seconds, MOST_WAIT_SECONDS))


@dataclass(frozen=True, slots=True)
class Retry:
    """Another attempt after some time; ``imposed`` by Discord, which wants none earlier."""

    seconds: float
    counts: bool = False
    imposed: bool = False


def _wait(seconds: float) -> Retry:
    """Some time more than asked for, so that those who wait do not come all at once."""
    return Retry(seconds + random.uniform(0, 0.5))  # noqa: S311 - no secret


def _back_off(job: AnswerDiscord) -> Retry:
    seconds = min(FIRST_BACK_OFF_SECONDS * 2**job.attempt, MOST_WAIT_SECONDS)
    return replace(_wait(seconds), counts=True)


def _attempt(job: AnswerDiscord, using: DeliveryContext, *, now: datetime) -> Retry | None:
    """One attempt; None when there is nothing left to do."""
    promise = using.promises.get(job)
    if promise is None:  # it was kept, or taken back
        return None
    try:
        document = _document(job, using, now=now)
    except _UnderWayError:
        return _wait(UNDER_WAY_SECONDS)
    except RedisError:
        raise
    except Exception:
        logger.exception("no report for Discord", extra=_facts(job))
        if job.attempt < COMPUTATIONS:
            return _back_off(job)
        document = None
    with using.rate_limit.acquire() as ours:
        return _send(job, promise, document, using) if ours else _wait(NEXT_TURN_SECONDS)


class _UnderWayError(Exception):
    """Another worker computes the report."""


def _document(job: AnswerDiscord, using: DeliveryContext, *, now: datetime) -> Document:
    """The report of the latest data, from the cache or computed into it.

    Raises: what computing raises, and _UnderWayError.
    """
    wanted = structs.replace(job.computation, asked_at=int(now.timestamp() * 1000))
    found = _cached(using, wanted, fresh=True)
    if found is not None:
        return found
    outcome = single_flight.compute_once(
        using.engine, using.cache, using.leases, wanted, count_days=using.count_days
    )
    found = _cached(using, wanted)
    if found is None or outcome is single_flight.Outcome.UNDER_WAY:
        raise _UnderWayError
    return found


def _cached(
    using: DeliveryContext, wanted: ComputeReport, *, fresh: bool = False
) -> Document | None:
    """The cached report; one that cannot be read is computed again."""
    try:
        return copies.read_document(using.cache.redis, wanted.key, fresh=fresh)
    except UnreadableReportError:
        return None


def _send(
    job: AnswerDiscord, promise: Promise, document: Document | None, using: DeliveryContext
) -> Retry | None:
    with _shared(job, using.engine) as stands:
        message = _message(promise, document) if stands else text_message(NOT_SHARED)
        attempt = client.edit_original_response(using.api_base, promise, message)
    if attempt.result is Result.DELIVERED:
        using.promises.delete(job)
        logger.info("answer to Discord delivered", extra=_facts(job))
        return None
    logger.info("answer to Discord not taken: %s", attempt.reason, extra=_facts(job))
    again = _after(attempt, job)
    if again is None:
        using.promises.delete(job)
        logger.warning("answer to Discord dropped: %s", attempt.reason, extra=_facts(job))
    elif attempt.everybody:
        using.rate_limit.pause(attempt.after_seconds)
    return again


def _message(promise: Promise, document: Document | None) -> Message:
    if document is None:
        return text_message(NOT_COMPUTED)
    return report_message(document, link=promise.link, expires_at=promise.link_expires_at)


def _after(attempt: AttemptOutcome, job: AnswerDiscord) -> Retry | None:
    """What follows an attempt that failed; None when nothing does."""
    match attempt.result:
        case Result.LIMITED:
            return replace(_wait(attempt.after_seconds), counts=True, imposed=True)
        case Result.FAILED:
            return _back_off(job)
        case Result.NOT_YET if job.attempt < NOT_YET_ATTEMPTS:
            return _back_off(job)
    return None


@contextmanager
def _shared(job: AnswerDiscord, engine: Engine) -> Iterator[bool]:
    """Whether the tenant shares, with this guild; it stays connected until the block ends."""
    query = select(DiscordConnection.guild_id).where(
        DiscordConnection.tenant_id == job.tenant_id,
        DiscordConnection.guild_id == job.guild_id,
        ~exists().where(SharingStop.tenant_id == job.tenant_id),
    )
    with transaction(engine, Access(tenant_id=job.tenant_id)) as session:
        yield session.scalar(query.with_for_update(read=True, key_share=True)) is not None


def _facts(job: AnswerDiscord) -> dict[str, Any]:
    return {"tenant_id": job.tenant_id, "report": job.report, "attempt": job.attempt}
