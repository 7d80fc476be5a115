"""Single flight: a report is computed once, however many jobs ask for it.

Jobs for one report come more than once: asked for again when the queue is long, redelivered when a
worker was killed, ahead of demand and on demand. The first job computes; one that comes meanwhile,
or late, finds nothing to do.
"""

import logging
from enum import StrEnum
from typing import Final

from sqlalchemy import Engine

from common.jobs.payloads import ComputeReport
from common.reports.model import COUNT_DAYS
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import (
    Meta,
    is_stale,
)
from worker.operations.metrics import JobMetrics
from worker.reports.compute import compute
from worker.reports.lease import Lease, Leases
from worker.reports.replica import Standby

logger = logging.getLogger(__name__)


FAILED: Final = "failed"
"""What became of a job that raised, in the metrics."""


class Outcome(StrEnum):
    """What became of a job."""

    COMPUTED = "computed"
    UNDER_WAY = "under way"
    DONE_SINCE = "done since"


def compute_once(
    engine: Engine,
    cache: ReportCache,
    leases: Leases,
    job: ComputeReport,
    *,
    count_days: int = COUNT_DAYS,
    metrics: JobMetrics | None = None,
    standby: Standby | None = None,
) -> Outcome:
    """Have the job's report computed, unless another worker is at it or has done it since.

    A stock count is recent for ``count_days``; what becomes of the job is counted in ``metrics``. A
    ``standby`` of the database is read where it has what is wanted.

    What was computed ahead of demand is read back: warmed is what a viewer will find.

    Raises: what ``compute`` raises.
    """
    became: str = FAILED
    try:
        with leases.hold(job.key) as lease:
            if lease is None:
                became = Outcome.UNDER_WAY
                return Outcome.UNDER_WAY
            if is_up_to_date(job, lease):
                became = Outcome.DONE_SINCE
                return Outcome.DONE_SINCE
            meta = compute(
                engine,
                cache,
                job,
                lease=lease.token,
                resume=lease.cached is not None and not lease.whole,
                count_days=count_days,
                metrics=metrics,
                standby=standby,
            )
            became = Outcome.COMPUTED
    finally:
        if metrics is not None:
            metrics.count_computation(job.report, became)
    if job.ahead:
        _check_warmed(cache, job, meta)
    return Outcome.COMPUTED


def is_up_to_date(job: ComputeReport, lease: Lease) -> bool:
    """Whether the cached report was computed after the job was asked for, of the latest data.

    Its page alone does not count.
    """
    if lease.cached is None or job.asked_at is None or is_stale(lease.cached, lease.told_version):
        return False
    if not lease.whole:
        return False
    return max(lease.cached.computed_at.timestamp() * 1000, lease.joined) >= job.asked_at


def _check_warmed(cache: ReportCache, job: ComputeReport, meta: Meta) -> None:
    found = cache.meta(job.key)
    warmed = found is not None and found.data_version >= meta.data_version
    logger.log(
        logging.INFO if warmed else logging.ERROR,
        "report warmed" if warmed else "report computed ahead of demand is not in the cache",
        extra={"tenant_id": job.tenant_id, "report": job.report},
    )
