"""Computes a report into the cache, on demand as ahead of demand.

All queries of a report see one snapshot of the data; its document and its CSV are written together,
while the snapshot lasts: the rows of a large shop are read as the CSV is written.
Computing twice, or being killed half-way, changes nothing: the key holds a whole report or none.
"""

import logging

from redis.exceptions import OutOfMemoryError
from sqlalchemy import Engine

from common import instants
from common.jobs.payloads import ComputeReport
from common.reports import queries, registry
from common.reports.document.gap_header import header_value
from common.reports.model import COUNT_DAYS
from common.reports_cache.cache import Meta, ReportCache, pack
from worker.operations import cache_eviction
from worker.operations.metrics import JobMetrics, Stopwatch
from worker.reports import csv_export
from worker.reports.snapshot import read

logger = logging.getLogger(__name__)


def compute(
    engine: Engine,
    cache: ReportCache,
    job: ComputeReport,
    *,
    lease: str = "",
    count_days: int = COUNT_DAYS,
    metrics: JobMetrics | None = None,
) -> Meta:
    """Compute the report of ``job`` into the cache and return what it was computed from.

    A stock count is recent for ``count_days``.
    ``lease`` is the worker's on the report; it ends with the computation. A failure is remembered
    for the viewers who wait, and raised; a process that is told to end has not failed.

    Raises:
        UnknownReportError: no such report type.
        AnalyticsNotYetImplementedError: the report is a stub.
        UnknownTenantError: no such tenant.
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
        redis.RedisError: Redis did not take the report.
    """
    try:
        return _compute(engine, cache, job, lease, count_days, Stopwatch(metrics, job.report))
    except Exception:
        cache.fail(job.key, lease=lease)
        raise


def _compute(
    engine: Engine,
    cache: ReportCache,
    job: ComputeReport,
    lease: str,
    count_days: int,
    watch: Stopwatch,
) -> Meta:
    started = instants.now()
    definition = registry.find(job.report)
    with read(engine, job, count_days) as (scope, sales):
        result = queries.run(job.report, sales)
        queried = instants.now()
        watch.lap("query")
        report = definition.present(result, scope, sales.last_year())
        watch.lap("document")
        csv = csv_export.write(definition.columns, report.rows, scope.money_exponent)
        watch.lap("csv")
    meta = Meta(
        as_of=scope.as_of,
        data_version=scope.data_version,
        computed_at=instants.now(),
        csv_name=csv_export.file_name(job.report, scope),
        notes=header_value(report.document.gaps, scope.money_exponent),
    )
    kept = _store(cache, job, pack(meta, report.document, csv), lease)
    watch.stop()
    logger.info(
        "report computed",
        extra={
            "tenant_id": job.tenant_id,
            "report": job.report,
            "from": instants.iso(job.window.start),
            "to": instants.iso(job.window.end),
            "comparison": job.comparison.value,
            "data_version": scope.data_version,
            "kept": kept,
            "query_ms": round((queried - started).total_seconds() * 1000, 1),
            "total_ms": round((instants.now() - started).total_seconds() * 1000, 1),
        },
    )
    return meta


def _store(cache: ReportCache, job: ComputeReport, fields: dict[str, bytes], lease: str) -> bool:
    try:
        return cache.store(job.key, fields, lease=lease)
    except OutOfMemoryError:
        cache_eviction.evict(cache.redis)
        return cache.store(job.key, fields, lease=lease)
