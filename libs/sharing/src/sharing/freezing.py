"""Freezing: the reports that a link shows for good, taken when the link is issued.

Nothing is computed here. The cached report is taken once it is of the data that PostgreSQL has at
that moment; until then a worker is asked for it and waited for. What was taken is written in the
transaction that enters the link, so that there is no link without its report, and no state of Redis
that it could be lost or changed by.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Final, NamedTuple

import msgspec
from redis import RedisError
from sqlalchemy import Engine, func, select

from common.db.frozen_reports import MOST_BYTES, FrozenReport
from common.db.sales import LedgerVersion
from common.db.shares import Share
from common.db.tenancy import Access, TenantSession, transaction
from common.http.problem import UNAVAILABLE_RETRY_SECONDS
from common.http.wording import Wording
from common.jobs.payloads import ComputeReport
from common.jobs.publisher import JobPublisher, JobsUnavailableError
from common.reports_cache import copies
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import (
    UnreadableReportError,
    unpack_meta,
)
from sharing.issue_errors import IssueError

PATIENCE_SECONDS: Final = 15.0
"""How long all reports of a request are waited for."""
AT_ONCE: Final = 4
"""Requests of one process that wait for reports."""
MOST_FROZEN: Final = 500
"""Reports that a tenant may have frozen by links that open."""
_LOOK_AGAIN_SECONDS: Final = 0.05

Fields = dict[str, bytes]


class Frozen(NamedTuple):
    """A report as it was taken for a link."""

    share: Share
    report: str
    fields: Fields


class NotFrozenError(IssueError):
    """The report could not be computed in time; nothing was issued."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "report-not-ready"
    title = "The report is not ready"
    retry_after = UNAVAILABLE_RETRY_SECONDS

    def __init__(self) -> None:
        super().__init__("The report to be frozen could not be computed in time: ask again.")


class TooMuchFrozenError(IssueError):
    """The tenant has as many frozen links open as it may, or the report is too large for one."""

    status = HTTPStatus.CONFLICT
    type = "too-much-frozen"
    title = "Too much is frozen"


@dataclass(frozen=True, slots=True)
class Freezer:
    """Takes reports from the cache. ``cache`` stores nothing."""

    engine: Engine
    cache: ReportCache
    jobs: JobPublisher
    patience_seconds: float = PATIENCE_SECONDS
    _places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))

    def take(self, jobs: Sequence[ComputeReport]) -> list[Fields]:
        """The reports of one tenant, as they are now, all of the same data.

        Raises:
            NotFrozenError: one of them is not there in time.
            TooMuchFrozenError: one of them is too large.
        """
        if not jobs:
            return []
        with self._place():
            deadline = time.monotonic() + self.patience_seconds
            found: dict[ComputeReport, Fields] = {}
            while True:
                version = self._version(jobs[0].tenant_id)
                try:
                    for job in dict.fromkeys(jobs):
                        self._take(job, version, found)
                except (RedisError, OSError, JobsUnavailableError) as error:
                    raise NotFrozenError from error
                if len(found) == len(set(jobs)) and _of_one_moment(found.values()):
                    return [found[job] for job in jobs]
                if time.monotonic() >= deadline:
                    raise NotFrozenError
                time.sleep(_LOOK_AGAIN_SECONDS)

    def _take(self, job: ComputeReport, version: int, found: dict[ComputeReport, Fields]) -> None:
        fields: Fields = {}
        meta = self.cache.meta(job.key)  # what is not of use yet is not fetched each time
        current = meta is not None and meta.data_version >= version
        if current and self.cache.redis.hexists(job.key.cached, "csv"):
            fields = copies.take(self.cache.redis, job.key)
        if _is_of(fields, version):
            if sum(map(len, fields.values())) > MOST_BYTES // 2:
                raise TooMuchFrozenError("The report is too large to be frozen")
            found[job] = fields
            return
        found.pop(job, None)
        if version:
            self.cache.announce_data(job.tenant_id, version)
        self.jobs.request_fresh(job)

    def _version(self, tenant_id: int) -> int:
        with transaction(self.engine, Access(tenant_id=tenant_id)) as session:
            query = select(LedgerVersion.version).where(LedgerVersion.tenant_id == tenant_id)
            return session.scalar(query) or 0

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=self.patience_seconds):
            raise NotFrozenError
        try:
            yield
        finally:
            self._places.release()


def keep(session: TenantSession, frozen: Sequence[Frozen]) -> None:
    """Keep reports with the entries of their links, in the transaction that enters those.

    Raises:
        TooMuchFrozenError: the tenant would have too many.
    """
    if not frozen:
        return
    tenant_id, now = frozen[0].share.tenant_id, frozen[0].share.issued_at
    session.flush()
    open_now = select(func.count()).where(
        FrozenReport.tenant_id == tenant_id, FrozenReport.expires_at > now
    )
    if (session.scalar(open_now) or 0) + len(frozen) > MOST_FROZEN:
        raise TooMuchFrozenError(
            Wording("The tenant has %(most)s frozen reports: revoke some first", most=MOST_FROZEN)
        )
    session.add_all(
        FrozenReport(
            tenant_id=tenant_id,
            link_id=share.link_id,
            report=report,
            fields=msgspec.msgpack.encode(fields),
            frozen_at=share.issued_at,
            expires_at=share.expires_at,
        )
        for share, report, fields in frozen
    )


def _of_one_moment(reports: Iterable[Fields]) -> bool:
    """Whether reports are of the same data: those of a board do not contradict each other."""
    return len({unpack_meta(each["meta"]).data_version for each in reports}) == 1


def _is_of(fields: Fields, version: int) -> bool:
    """Whether a report is whole, and of data not older than that version."""
    try:
        return (
            fields.keys() >= {"meta", "document", "csv"}
            and unpack_meta(fields["meta"]).data_version >= version
        )
    except UnreadableReportError:
        return False
